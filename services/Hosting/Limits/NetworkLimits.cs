using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;

namespace Hosting.Limits;

/// <summary>
/// Limits of a client's network at every width at which addresses are handed out, and of all clients together: an address says little where
/// a provider rents out whole ranges, and an IPv6 /44 has a million /64s. The wider a network, the less each address in it is worth. Asked
/// the narrowest first, so that what one client is refused costs its neighbors nothing.
/// </summary>
public static class NetworkLimits
{
    // A home, a site, a provider's customer, its region, all of it. IPv4 is handed out in smaller pieces.
    private static readonly (int? V4, int V6, int Times)[] Widths = [(32, 64, 1), (24, 56, 3), (20, 48, 6), (null, 40, 12), (null, 32, 24)];

    /// <param name="burst">Requests at once from one IPv4 address or IPv6 /64.</param>
    /// <param name="every">Then one in so long.</param>
    /// <param name="networks">Everyone together gets what so many such networks get.</param>
    public static PartitionedRateLimiter<IPAddress> Rate(int burst, TimeSpan every, int networks) =>
        Chain(networks, times => new TokenBucketRateLimiter(Bucket(burst, every, times)));

    /// <param name="ofNetwork">Leases held at once by one IPv4 address or IPv6 /64.</param>
    /// <param name="inAll">By everyone together.</param>
    public static PartitionedRateLimiter<IPAddress> AtOnce(int ofNetwork, int inAll) =>
        Chain(
            networks: 0,
            times => ConcurrencyLimit.Of(times == 0 ? inAll : (int)Math.Min((long)ofNetwork * times, int.MaxValue), waiting: 0)
        );

    /// <returns>Seconds until it is worth asking again, at least 1.</returns>
    public static int Wait(RateLimitLease refused, int otherwise) =>
        refused.TryGetMetadata(MetadataName.RetryAfter, out var time) ? Math.Max(1, (int)Math.Ceiling(time.TotalSeconds)) : otherwise;

    private static PartitionedRateLimiter<IPAddress> Chain(int networks, Func<int, RateLimiter> limit) =>
        PartitionedRateLimiter.CreateChained([
            .. Widths.Select(width =>
                PartitionedRateLimiter.Create<IPAddress, NetworkPrefix>(address =>
                    width.V4 is null && IsIPv4(address)
                        ? RateLimitPartition.GetNoLimiter(default(NetworkPrefix))
                        : RateLimitPartition.Get(NetworkPrefix.Of(address, width.V4 ?? 0, width.V6), _ => limit(width.Times))
                )
            ),
            PartitionedRateLimiter.Create<IPAddress, bool>(_ => RateLimitPartition.Get(true, _ => limit(networks))),
        ]);

    // Replenished by the limiter of all partitions, which has one timer for them.
    private static TokenBucketRateLimiterOptions Bucket(int burst, TimeSpan every, int times) =>
        new()
        {
            TokenLimit = (int)Math.Min((long)burst * times, int.MaxValue),
            TokensPerPeriod = 1,
            ReplenishmentPeriod = TimeSpan.FromTicks(Math.Max(1, every.Ticks / times)),
            AutoReplenishment = false,
        };

    private static bool IsIPv4(IPAddress address) => address.IsIPv4MappedToIPv6 || address.AddressFamily is AddressFamily.InterNetwork;
}
