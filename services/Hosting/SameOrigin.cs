using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Hosting;

/// <summary>
/// Refuses requests that another site's page made: everything that writes, and the hub (CORS does not guard WebSockets), asks this.
/// Browsers send <c>Sec-Fetch-Site</c> and <c>Origin</c> and scripts can't forge them; programs send neither and are let through,
/// since a program has no reader's cookie to abuse.
/// </summary>
public static class SameOrigin
{
    public static bool Allows(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"];
        if (!StringValues.IsNullOrEmpty(site) && site != "same-origin" && site != "none")
            return false;

        var origin = request.Headers.Origin;
        if (StringValues.IsNullOrEmpty(origin))
            return true;
        // Only host and port are compared: behind a proxy that ends TLS the scheme seen here is not the reader's.
        return origin.Count == 1
            && Uri.TryCreate(origin[0], UriKind.Absolute, out var uri)
            && string.Equals(uri.IsDefaultPort ? uri.Host : uri.Authority, WithoutDefaultPort(request.Host, uri), StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Answers 403 <c>cross-site</c> before the handler runs.</summary>
    public static TBuilder RequireSameOrigin<TBuilder>(this TBuilder endpoints) where TBuilder : IEndpointConventionBuilder =>
        endpoints.AddEndpointFilter((context, next) => Allows(context.HttpContext.Request)
            ? next(context)
            : new ValueTask<object?>(Problems.Of(403, "cross-site", "Requests made by pages of other sites are refused.")));

    private static string WithoutDefaultPort(HostString host, Uri origin) =>
        host.Port is { } port && port != (origin.Scheme == "https" ? 443 : 80) ? host.Value! : host.Host;
}
