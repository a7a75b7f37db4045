using System.Net;
using System.Threading.RateLimiting;
using Hosting;
using Hosting.Configuration;
using Hosting.Http;
using Hosting.Limits;

namespace Web.Delivery;

/// <summary>
/// Bounds the pages that are made, which those from the <see cref="PageCache"/> are not: of one network by rate, and of everyone together
/// by how many are made at once, so that however many ask, votes find a processor.
/// </summary>
internal sealed class PageConcurrency : IDisposable
{
    // A voter gets every page rendered, so this allows for a campus of them behind one address.
    private const int PerSecond = 40,
        Burst = 20 * PerSecond;
    private const int Waiting = 128;

    private readonly bool _bounded;
    private readonly RateLimiter _turns;
    private readonly RateLimiter _rendering = ConcurrencyLimit.Of(ConcurrencyLimit.Computing, int.MaxValue);
    private readonly PartitionedRateLimiter<IPAddress> _networks;

    public PageConcurrency(IConfiguration configuration)
    {
        _bounded = configuration.Switch(RateLimits.Setting, standard: true);
        // What a page asks is computed here too, or else is waited for: up to half a second each while a service is unavailable.
        _turns = ConcurrencyLimit.Of(
            configuration["Services:Catalog"] == ServiceClient.Self ? 2 * Environment.ProcessorCount : 64,
            Waiting
        );
        var rate = configuration.Whole("RateLimits:PagesPerSecond", PerSecond);
        _networks = RateLimits.Rate(configuration, rate * (Burst / PerSecond), TimeSpan.FromSeconds(1) / rate);
    }

    /// <returns>What was made, or the refusal to be sent instead.</returns>
    public async ValueTask<object?> TakeAsync(HttpContext context, Func<ValueTask<object?>> make)
    {
        if (!_bounded)
            return await make();
        using var allowance = RateLimits.LimitedAddress(context) is { } address ? _networks.AttemptAcquire(address) : null;
        if (allowance is { IsAcquired: false })
            return Refusal.TooFast;
        using var turn = await _turns.AcquireAsync(1, context.RequestAborted);
        return turn.IsAcquired ? await make() : Refusal.Busy;
    }

    /// <summary>To be held while a component is rendered, which only computes; everyone who makes a page gets to it.</summary>
    public ValueTask<RateLimitLease> ToRenderAsync(CancellationToken cancellationToken) => _rendering.AcquireAsync(1, cancellationToken);

    public void Dispose()
    {
        _rendering.Dispose();
        _turns.Dispose();
        _networks.Dispose();
    }

    private sealed class Refusal(int status, int seconds, string type, string title, string text) : IResult
    {
        public static readonly Refusal TooFast = new(429, 1, "too-many-requests", PageLimits.TooFast, PageLimits.WhyTooFast);

        public static readonly Refusal Busy = new(
            503,
            2,
            "busy",
            "Many people are here right now",
            "We couldn’t load this page in time. Votes are still counted."
        );

        public Task ExecuteAsync(HttpContext httpContext) =>
            PageErrors.WantsPage(httpContext.Request)
                ? RefusalPage.WriteAsync(httpContext, status, seconds, title, text)
                : Problems.Retry(httpContext, status, type, text, seconds).ExecuteAsync(httpContext);
    }
}
