using Hosting.Configuration;
using Web.Requests;

namespace Web.Delivery;

/// <summary>
/// Keeps what strangers are shown for a moment, compressed and ready: when a link spreads, a page is made once a second and not once a
/// reader. Only a voter's or an editor's own cookie goes past it, and only the parts of the query that a page reads make another page.
/// Keying on versions instead was rejected: to know whether they moved, each request would ask the very services that the cache is to
/// spare.
/// </summary>
internal static class PageCache
{
    private const string Setting = "Web:PageCacheSeconds";

    public static void AddPageCache(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(new Kept(builder.Configuration.Seconds(Setting, 1, 0, 60)));
        builder.Services.AddOutputCache(cache =>
        {
            // Made-up addresses push out real pages at worst; they never take more than this.
            cache.SizeLimit = 16 * 1024 * 1024;
            cache.MaximumBodySize = 256 * 1024;
        });
    }

    /// <param name="routes">Pages that are the same for every stranger.</param>
    /// <param name="names">The names in the query that they read; all others are ignored.</param>
    public static RouteGroupBuilder CachedForAMoment(this RouteGroupBuilder routes, params string[] names)
    {
        var services = ((IEndpointRouteBuilder)routes).ServiceProvider;
        var (kept, origin) = (services.GetRequiredService<Kept>().For, services.GetRequiredService<Origin>());
        return routes.CacheOutput(policy =>
        {
            if (kept <= TimeSpan.Zero)
                policy.NoCache();
            else
                policy
                    .With(context => IsAStrangers(context.HttpContext.Request))
                    .Expire(kept)
                    .SetVaryByQuery(names)
                    .SetVaryByHeader("Accept-Encoding")
                    .SetVaryByHost(!origin.IsConfigured);
        });
    }

    private static bool IsAStrangers(HttpRequest request) => !request.KnowsVoter() && EditorSession.Token(request) is null;

    private sealed record Kept(TimeSpan For);
}
