using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Hosting.Configuration;
using Hosting.Http;
using Hosting.Proxies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Hosting.Limits;

/// <summary>
/// The platform's limiter for requests of one network (an IPv4 address, an IPv6 /64) on one process. Bounds are high enough for a campus
/// behind one address and stop a single source from taking everyone's time. A service limits its own routes only: what Web passes on is
/// limited once, where it ends.
/// </summary>
public static class RateLimits
{
    /// <summary><c>false</c> lifts all rate limits, for load tests.</summary>
    public const string Setting = "RateLimits:Enabled";

    /// <summary>Everything that writes: 600 at once, then 20 a second (<c>RateLimits:WritesPerSecond</c>).</summary>
    public const string Write = "write";

    /// <summary>
    /// Reads that cost much, such as pages of the ledger and drawn images: 120 at once, then 10 a second
    /// (<c>RateLimits:CostlyPerSecond</c>).
    /// </summary>
    public const string Costly = "costly";

    /// <summary>The same bound for routes that cost much only when they search: with <c>?q=</c>.</summary>
    public const string Search = "search";

    /// <summary>A client's network: equal for one IPv4 address, or for all addresses of an IPv6 /64.</summary>
    public readonly record struct Network(ulong High, ulong Low);

    public static void AddRateLimits(this WebApplicationBuilder builder)
    {
        var (writes, costly) = (
            builder.Configuration.Whole("RateLimits:WritesPerSecond", 20),
            builder.Configuration.Whole("RateLimits:CostlyPerSecond", 10)
        );
        builder.Services.AddRateLimiter(limiter =>
        {
            limiter.AddPolicy(Write, context => Bucket(context, burst: 30 * writes, writes, TimeSpan.FromSeconds(1)));
            limiter.AddPolicy(Costly, context => Bucket(context, burst: 12 * costly, costly, TimeSpan.FromSeconds(1)));
            limiter.AddPolicy(
                Search,
                context =>
                    context.Request.Query.ContainsKey("q")
                        ? Bucket(context, burst: 12 * costly, costly, TimeSpan.FromSeconds(1))
                        : RateLimitPartition.GetNoLimiter(default(Network))
            );
            limiter.OnRejected = async (rejected, _) =>
            {
                var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var time)
                    ? Math.Max(1, (int)Math.Ceiling(time.TotalSeconds))
                    : 1;
                await Problems
                    .Retry(
                        rejected.HttpContext,
                        429,
                        "too-many-requests",
                        "Too many requests came from this network; please slow down.",
                        wait
                    )
                    .ExecuteAsync(rejected.HttpContext);
            };
        });
    }

    public static void UseRateLimits(this WebApplication app)
    {
        if (app.Configuration.Switch(Setting, standard: true))
            app.UseRateLimiter();
    }

    public static Network NetworkOf(IPAddress? address)
    {
        if (address is null)
            return default;
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        return address.AddressFamily is AddressFamily.InterNetwork
            ? new Network(0, BitConverter.ToUInt32(bytes))
            : new Network(BitConverter.ToUInt64(bytes), 1);
    }

    /// <summary>
    /// For what a service limits beyond these routes: a bucket of the request's network, or none for a request that a service made for
    /// itself.
    /// </summary>
    public static RateLimitPartition<Network> BucketOf(HttpContext context, int burst, int perSecond) =>
        Bucket(context, burst, perSecond, TimeSpan.FromSeconds(1));

    // The services ask one another on a reader's behalf or their own; limiting that would punish all readers for one.
    private static RateLimitPartition<Network> Bucket(HttpContext context, int burst, int perPeriod, TimeSpan period) =>
        ForwardedCallers.IsService(context)
            ? RateLimitPartition.GetNoLimiter(default(Network))
            : RateLimitPartition.GetTokenBucketLimiter(
                NetworkOf(context.Connection.RemoteIpAddress),
                _ => new TokenBucketRateLimiterOptions
                {
                    TokenLimit = burst,
                    TokensPerPeriod = perPeriod,
                    ReplenishmentPeriod = period,
                }
            );
}
