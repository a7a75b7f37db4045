namespace Tally;

/// <summary>
/// Any site's page may read the tallies; they are public and no answer depends on a cookie. A header suffices: plain GETs need no preflight,
/// so the CORS middleware, which the composed process would have to order with the other services' parts, has nothing to do here.
/// </summary>
internal static class PublicReads
{
    public static RouteGroupBuilder ReadableByAnySite(this RouteGroupBuilder routes)
    {
        routes.AddEndpointFilter((context, next) =>
        {
            var headers = context.HttpContext.Response.Headers;
            headers.AccessControlAllowOrigin = "*";
            headers.AccessControlExposeHeaders = "Tally-Age";
            headers.CacheControl = "no-store";
            return next(context);
        });
        return routes;
    }
}
