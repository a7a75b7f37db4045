using Hosting.Databases;

namespace Webhooks.Following;

/// <summary>Follows the ledger's totals: what messages did not bring, and how far each tool has come since the last time.</summary>
internal sealed class FollowLedger(
    [FromKeyedServices(WebhooksService.Name)] Schema schema,
    Sources sources,
    Tell tell,
    WorkSignals signals,
    IHostApplicationLifetime lifetime,
    TimeProvider timeProvider,
    ILogger<FollowLedger> logger
) : Follower(schema, "Voting", signals.Totals, lifetime, timeProvider, logger)
{
    protected override async Task FollowAsync(CancellationToken cancellationToken) =>
        await tell.TotalsAsync(await sources.TotalsAsync(cancellationToken), keep: true, cancellationToken);
}
