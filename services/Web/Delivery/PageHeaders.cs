using Web.Requests;

namespace Web.Delivery;

/// <summary>Headers on everything Web answers, unless the endpoint has set its own.</summary>
internal static class PageHeaders
{
    // No inline script or style anywhere, so an injected one does not run. JSON-LD is data, which the policy does not concern.
    public const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; worker-src 'self'; img-src 'self' data:; font-src 'self'; "
        + "connect-src 'self'; "
        + "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public static void UsePageHeaders(this WebApplication app) =>
        app.Use(
            (context, next) =>
            {
                Promise(context);
                return next(context);
            }
        );

    /// <summary>For answers made before the pipeline comes to the pages, too.</summary>
    public static void Promise(HttpContext context) =>
        context.Response.OnStarting(() =>
        {
            var headers = context.Response.Headers;
            // Says that a script of the framework may fetch the page; there is no such script here.
            headers.Remove("blazor-enhanced-nav");
            headers.TryAdd("X-Content-Type-Options", "nosniff");
            headers.TryAdd("Referrer-Policy", "strict-origin-when-cross-origin");
            // Only ever said over https, where browsers listen to it.
            if (context.Request.IsHttps)
                headers.TryAdd("Strict-Transport-Security", "max-age=31536000");
            if (context.Response.ContentType is { } type && type.StartsWith("text/html", StringComparison.Ordinal))
            {
                headers.TryAdd("Content-Security-Policy", Policy);
                headers.TryAdd("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()");
                headers.TryAdd("Cross-Origin-Opener-Policy", "same-origin");
                headers.TryAdd("Cross-Origin-Resource-Policy", "same-origin");
                // Numbers move all the time: a stored copy may be used only after asking. With a voter's cookie the page shows the reader's
                // own votes.
                headers.TryAdd("Cache-Control", context.Request.KnowsVoter() ? "private, no-cache" : "no-cache");
                headers.AppendCommaSeparatedValues("Vary", "Cookie");
            }

            return Task.CompletedTask;
        });
}
