using Dapper;
using Hosting.Databases;

namespace Newsletter.Subscriptions;

/// <summary>Forgets addresses that were never confirmed, thirty days after they were last asked for, and tokens long expired.</summary>
internal sealed class PurgePending(
    [FromKeyedServices(NewsletterService.Name)] Database database,
    IEnumerable<Schema> schemas,
    TimeProvider timeProvider,
    WorkSignals signals,
    NewsletterMetrics metrics,
    ILogger<PurgePending> logger
) : BackgroundWork(schemas, logger)
{
    /// <summary>How long an address that nobody confirmed is kept.</summary>
    internal static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    protected override Task RestAsync(CancellationToken cancellationToken) =>
        Task.Delay(TimeSpan.FromHours(1), timeProvider, cancellationToken);

    protected override async Task TurnAsync(CancellationToken cancellationToken)
    {
        var before = timeProvider.Now() - Kept.Milliseconds();
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        var purged = await Leave.UnconfirmedAsync(connection, before);
        await connection.ExecuteAsync("delete from tokens where expires_at < @before", new { before });
        if (purged == 0)
            return;
        signals.Erasure.Set();
        metrics.Subscription("purged", purged);
        Log.Purged(logger, purged);
    }
}
