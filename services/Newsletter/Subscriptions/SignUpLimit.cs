using System.Net;
using System.Threading.RateLimiting;
using Hosting.Configuration;
using Hosting.Http;
using Hosting.Limits;

namespace Newsletter.Subscriptions;

/// <summary>
/// How often one network may ask for mail, at every width (<see cref="NetworkLimits"/>). On each replica; what leaves by mail is bounded
/// for all of them by <see cref="AdmitRequests"/>.
/// </summary>
internal sealed class SignUpLimit : IEndpointFilter, IDisposable
{
    private readonly bool _enabled;
    private readonly PartitionedRateLimiter<IPAddress> _limiter;

    /// <exception cref="SettingException"><c>RateLimits:SignUpsPerHour</c> is no whole number above 0.</exception>
    public SignUpLimit(IConfiguration configuration)
    {
        _enabled = configuration.Switch(RateLimits.Setting, standard: true);
        var perHour = configuration.Whole("RateLimits:SignUpsPerHour", 20);
        _limiter = RateLimits.Rate(configuration, perHour, TimeSpan.FromHours(1) / perHour);
    }

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (!_enabled || RateLimits.LimitedAddress(http) is not { } address)
            return await next(context);
        using var lease = _limiter.AttemptAcquire(address);
        if (lease.IsAcquired)
            return await next(context);
        return Problems.Retry(
            http,
            429,
            "too-many-requests",
            "Many requests for mail came from this network. Please try again later.",
            NetworkLimits.Wait(lease, otherwise: 60)
        );
    }

    public void Dispose() => _limiter.Dispose();
}
