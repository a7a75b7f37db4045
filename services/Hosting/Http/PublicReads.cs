using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hosting.Http;

/// <summary>
/// Who may see an answer. Any site's page may read what is public anyway: tallies, the ledger, the catalog. No answer depends on a cookie.
/// A header suffices: plain GETs need no preflight, so the CORS middleware, which the composed process would have to order with the other
/// services' parts, has nothing to do here.
/// </summary>
public static class PublicReads
{
    /// <param name="routes">Routes that only read.</param>
    /// <param name="exposed">Headers of the answer that scripts may see.</param>
    public static RouteGroupBuilder ReadableByAnySite(this RouteGroupBuilder routes, params string[] exposed)
    {
        routes.AddEndpointFilter(
            (context, next) =>
            {
                var headers = context.HttpContext.Response.Headers;
                headers.AccessControlAllowOrigin = "*";
                if (exposed.Length > 0)
                    headers.AccessControlExposeHeaders = exposed;
                return next(context);
            }
        );
        return routes;
    }

    /// <summary>
    /// Answers that are one reader's: neither a cache on the way nor the browser keeps them, and no other site's page may embed them.
    /// </summary>
    public static RouteGroupBuilder ForOneReaderOnly(this RouteGroupBuilder routes)
    {
        routes.AddEndpointFilter(
            (context, next) =>
            {
                var headers = context.HttpContext.Response.Headers;
                headers.CacheControl = "no-store";
                headers["Cross-Origin-Resource-Policy"] = "same-origin";
                return next(context);
            }
        );
        return routes;
    }
}
