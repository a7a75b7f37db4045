using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Hosting.Configuration;
using Hosting.Http;
using Hosting.Limits;
using Hosting.Proxies;

namespace Newsletter.Subscriptions;

/// <summary>
/// How often one network may ask for mail, counted at several widths at once: an address alone says little where a provider hands out whole
/// ranges of them. A request counts for each width, and the first that is used up refuses it. On each replica; what leaves by mail is
/// bounded for all of them by <see cref="AdmitRequests"/>.
/// </summary>
internal sealed class SignUpLimit : IEndpointFilter, IDisposable
{
    // A home, a site, a provider's customer. Wider networks get more, but far less than the sum of what they hold.
    private static readonly (int V4, int V6, int Times)[] Widths = [(32, 64, 1), (24, 56, 3), (20, 48, 6)];

    private readonly bool _enabled;
    private readonly PartitionedRateLimiter<IPAddress> _limiter;

    /// <exception cref="SettingException"><c>RateLimits:SignUpsPerHour</c> is no whole number above 0.</exception>
    public SignUpLimit(IConfiguration configuration)
    {
        _enabled = configuration.Switch(RateLimits.Setting, standard: true);
        var perHour = configuration.Whole("RateLimits:SignUpsPerHour", 20);
        _limiter = PartitionedRateLimiter.CreateChained([
            .. Widths.Select(width =>
                PartitionedRateLimiter.Create<IPAddress, IPNetwork>(address =>
                    RateLimitPartition.GetTokenBucketLimiter(
                        NetworkOf(address, width.V4, width.V6),
                        _ => new TokenBucketRateLimiterOptions
                        {
                            TokenLimit = perHour * width.Times,
                            TokensPerPeriod = 1,
                            ReplenishmentPeriod = TimeSpan.FromHours(1) / (perHour * width.Times),
                        }
                    )
                )
            ),
        ]);
    }

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (!_enabled || ForwardedCallers.IsService(http) || http.Connection.RemoteIpAddress is not { } address)
            return await next(context);
        using var lease = _limiter.AttemptAcquire(address);
        if (lease.IsAcquired)
            return await next(context);
        var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var time) ? Math.Max(1, (int)Math.Ceiling(time.TotalSeconds)) : 60;
        return Problems.Retry(
            http,
            429,
            "too-many-requests",
            "Many requests for mail came from this network. Please try again later.",
            wait
        );
    }

    public void Dispose() => _limiter.Dispose();

    private static IPNetwork NetworkOf(IPAddress address, int v4, int v6)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        var (bytes, length) = (address.GetAddressBytes(), address.AddressFamily is AddressFamily.InterNetwork ? v4 : v6);
        for (var bit = length; bit < bytes.Length * 8; bit++)
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        return new IPNetwork(new IPAddress(bytes), length);
    }
}
