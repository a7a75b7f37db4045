using System.Net;
using System.Threading.RateLimiting;
using Hosting.Configuration;
using Hosting.Http;
using Hosting.Proxies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Hosting.Limits;

/// <summary>A bound that routes share, as metadata of theirs.</summary>
/// <param name="Seconds">How many seconds' worth of requests may come at once.</param>
/// <param name="Applies">To which requests of a route.</param>
public sealed record RateLimit(string Setting, int PerSecond, int Seconds, Func<HttpContext, bool> Applies);

/// <summary>How a refused request is answered; problem+json unless a service says otherwise.</summary>
public sealed class RateLimitRefusal
{
    /// <summary>Given the seconds until it is worth asking again.</summary>
    public Func<HttpContext, int, Task> AnswerAsync { get; set; } =
        static (context, seconds) =>
            Problems
                .Retry(context, 429, "too-many-requests", "Too many requests came from this network; please slow down.", seconds)
                .ExecuteAsync(context);
}

/// <summary>
/// Bounds requests of one network, at every width (<see cref="NetworkLimits"/>), on one process: high enough for a campus behind one
/// address, and a single source can't take everyone's time. A service limits its own routes only: what Web passes on is limited once,
/// where it ends. The platform's middleware is not used, since a policy of its knows one partition and asks the whole site's limiter first.
/// </summary>
public static class RateLimits
{
    /// <summary><c>false</c> lifts all rate limits, for load tests.</summary>
    public const string Setting = "RateLimits:Enabled";

    /// <summary>Everything that writes.</summary>
    public static readonly RateLimit Write = new("RateLimits:WritesPerSecond", 20, 30, static _ => true);

    /// <summary>Reads that cost much, such as pages of the ledger and drawn images.</summary>
    public static readonly RateLimit Costly = new("RateLimits:CostlyPerSecond", 10, 12, static _ => true);

    /// <summary>The same bound for routes that cost much only when they search: with <c>?q=</c>.</summary>
    public static readonly RateLimit Search = Costly with { Applies = static context => context.Request.Query.ContainsKey("q") };

    public static TBuilder LimitRate<TBuilder>(this TBuilder routes, RateLimit limit)
        where TBuilder : IEndpointConventionBuilder => routes.WithMetadata(limit);

    /// <summary>What a service limits beyond these routes.</summary>
    /// <exception cref="SettingException">A value is malformed.</exception>
    public static PartitionedRateLimiter<IPAddress> Rate(IConfiguration configuration, int burst, TimeSpan every) =>
        NetworkLimits.Rate(burst, every, configuration.Whole("RateLimits:Networks", 200));

    /// <summary>Null for a request that a service made for itself: limiting those would punish all readers for one.</summary>
    public static IPAddress? LimitedAddress(HttpContext context) =>
        ForwardedCallers.IsService(context) ? null : context.Connection.RemoteIpAddress ?? IPAddress.Loopback;

    public static void UseRateLimits(this WebApplication app)
    {
        if (!app.Configuration.Switch(Setting, standard: true))
            return;
        var refusal = app.Services.GetRequiredService<IOptions<RateLimitRefusal>>().Value;
        var limits = ((RateLimit[])[Write, Costly, Search]).ToDictionary(limit => limit, limit => Of(limit, app.Configuration));
        app.Use(
            async (context, next) =>
            {
                if (
                    context.GetEndpoint()?.Metadata.GetMetadata<RateLimit>() is { } limit
                    && limit.Applies(context)
                    && LimitedAddress(context) is { } address
                )
                {
                    using var lease = limits[limit].AttemptAcquire(address);
                    if (!lease.IsAcquired)
                    {
                        await refusal.AnswerAsync(context, NetworkLimits.Wait(lease, otherwise: 1));
                        return;
                    }
                }

                await next(context);
            }
        );
        app.Lifetime.ApplicationStopped.Register(() =>
        {
            foreach (var limit in limits.Values)
                limit.Dispose();
        });
    }

    private static PartitionedRateLimiter<IPAddress> Of(RateLimit limit, IConfiguration configuration)
    {
        var perSecond = configuration.Whole(limit.Setting, limit.PerSecond);
        return Rate(configuration, limit.Seconds * perSecond, TimeSpan.FromSeconds(1) / perSecond);
    }
}
