using Hosting;
using Microsoft.AspNetCore.SignalR;

namespace Tally;

/// <summary>
/// How fast one connection may call the hub: a page calls it once or twice, and whoever calls it in a loop would take the time of those who only listen. Such a
/// connection is cut.
/// </summary>
internal sealed class HubPace(IConfiguration configuration, TimeProvider time) : IHubFilter
{
    private const double Burst = 100;
    private const double PerSecond = 10;
    private readonly bool _bounded = configuration.Switch(RateLimits.Setting, standard: true);

    public ValueTask<object?> InvokeMethodAsync(HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        if (!_bounded || Takes(invocationContext.Context))
            return next(invocationContext);
        invocationContext.Context.Abort();
        throw new HubException("Too many calls on one connection.");
    }

    // A connection's calls come one after the other, so its budget needs no lock.
    private bool Takes(HubCallerContext connection)
    {
        var now = time.GetTimestamp();
        if (!connection.Items.TryGetValue(this, out var kept))
            connection.Items[this] = kept = new Budget { Left = Burst, At = now };
        var budget = (Budget)kept!;
        budget.Left = Math.Min(Burst, budget.Left + time.GetElapsedTime(budget.At, now).TotalSeconds * PerSecond);
        budget.At = now;
        if (budget.Left < 1)
            return false;
        budget.Left--;
        return true;
    }

    private sealed class Budget
    {
        public double Left { get; set; }
        public long At { get; set; }
    }
}
