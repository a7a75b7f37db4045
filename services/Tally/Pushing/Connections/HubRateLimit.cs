using Hosting.Configuration;
using Hosting.Limits;
using Microsoft.AspNetCore.SignalR;

namespace Tally.Pushing.Connections;

/// <summary>Cuts a connection that calls the hub faster than its <see cref="CallRateLimit"/>.</summary>
internal sealed class HubRateLimit(IConfiguration configuration, TimeProvider timeProvider) : IHubFilter
{
    private readonly bool _bounded = configuration.Switch(RateLimits.Setting, standard: true);

    public ValueTask<object?> InvokeMethodAsync(HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        if (!_bounded || BudgetOf(invocationContext.Context).Takes())
            return next(invocationContext);
        invocationContext.Context.Abort();
        throw new HubException("Too many calls on one connection.");
    }

    private CallRateLimit BudgetOf(HubCallerContext connection)
    {
        if (!connection.Items.TryGetValue(this, out var kept))
            connection.Items[this] = kept = new CallRateLimit(timeProvider);
        return (CallRateLimit)kept!;
    }
}
