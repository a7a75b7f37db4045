using System.Globalization;
using Hosting;
using Microsoft.AspNetCore.OutputCaching;

namespace Web;

/// <summary>
/// Keeps what strangers are shown for a moment, compressed and ready: when a link spreads, a page is made once a second and not once a reader. Whoever brings a cookie is
/// never answered from here. A moment old is as fresh as promised, and the script fetches a snapshot of the numbers anyway. Keying on versions instead was rejected: to know
/// whether they moved, each request would ask the very services that the cache is to spare.
/// </summary>
internal static class PageCache
{
    private const string Setting = "Web:PageCacheSeconds";
    private const string Policy = "page";

    public static void AddPageCache(this WebApplicationBuilder builder)
    {
        var seconds = builder.Configuration[Setting] is not { Length: > 0 } value ? 1
            : double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number <= 60 ? number
            : throw new SettingException(Setting, $"'{value}' is not a number of seconds from 0 to 60");
        builder.Services.AddOutputCache(cache =>
        {
            // Made-up addresses push out real pages at worst; they never take more than this.
            cache.SizeLimit = 16 * 1024 * 1024;
            cache.MaximumBodySize = 256 * 1024;
            cache.AddPolicy(Policy, policy =>
            {
                if (seconds <= 0)
                    policy.NoCache();
                else
                    policy.With(context => context.HttpContext.Request.Headers.Cookie.Count == 0)
                        .Expire(TimeSpan.FromSeconds(seconds)).SetVaryByHeader("Accept-Encoding");
            });
        });
    }

    public static TBuilder CachedForAMoment<TBuilder>(this TBuilder routes) where TBuilder : IEndpointConventionBuilder => routes.CacheOutput(Policy);
}
