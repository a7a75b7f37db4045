using Hosting.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;

namespace Hosting.Origins;

/// <summary>
/// Refuses requests that another site's page made: everything that writes, and the hub (CORS does not guard WebSockets), asks this.
/// Browsers send <c>Sec-Fetch-Site</c> and <c>Origin</c> and scripts can't forge them; programs send neither and are let through,
/// since a program has no reader's cookie to abuse.
/// </summary>
public static class SameOrigin
{
    /// <param name="request">Its <c>Origin</c> must be the host it asks, or the configured public origin: a proxy in front may have
    /// rewritten the host.</param>
    /// <param name="site">The configured origin.</param>
    public static bool Allows(HttpRequest request, PublicOrigin site)
    {
        var from = request.Headers["Sec-Fetch-Site"];
        if (!StringValues.IsNullOrEmpty(from) && from != "same-origin" && from != "none")
            return false;

        var origin = request.Headers.Origin;
        if (StringValues.IsNullOrEmpty(origin))
            return true;
        return origin is [{ } text]
            && (IsHostAsWritten(text, request) || IsHost(text, request) || (site.Configured is { } own && own == WebOrigin.Parse(text)));
    }

    /// <summary>Answers 403 <c>cross-site</c> before the handler runs.</summary>
    public static TBuilder RequireSameOrigin<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder =>
        endpoints.AddEndpointFilterFactory(
            (route, next) =>
            {
                var site = route.ApplicationServices.GetRequiredService<PublicOrigin>();
                return context =>
                    Allows(context.HttpContext.Request, site)
                        ? next(context)
                        : new ValueTask<object?>(Problems.Of(403, "cross-site", "Requests made by pages of other sites are refused."));
            }
        );

    // How nearly every request compares, without parsing either.
    private static bool IsHostAsWritten(string origin, HttpRequest request)
    {
        var scheme = request.IsHttps ? "https://" : "http://";
        return request.Host.Value is { Length: > 0 } host
            && origin.StartsWith(scheme, StringComparison.Ordinal)
            && origin.AsSpan(scheme.Length).SequenceEqual(host);
    }

    // The scheme counts where it is known to be https: behind a proxy that ends TLS and does not say so, the one seen here is not the
    // reader's.
    private static bool IsHost(string text, HttpRequest request) =>
        WebOrigin.Parse(text) is { } origin
        && (!request.IsHttps || origin.Scheme == "https")
        && WebOrigin.Parse($"{origin.Scheme}://{request.Host.Value}") == origin;
}
