using Dapper;
using Hosting;

namespace Newsletter.Subscriptions;

/// <summary>Forgets addresses that were never confirmed, thirty days after they were last asked for, and tokens long expired.</summary>
internal sealed class PurgePending(
    [FromKeyedServices(NewsletterService.Name)] Database database, IEnumerable<Schema> schemas, TimeProvider time, WorkSignals signals, NewsletterMetrics metrics, ILogger<PurgePending> log)
    : BackgroundWork(schemas, log)
{
    /// <summary>How long an address that nobody confirmed is kept.</summary>
    internal static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    protected override Task RestAsync(CancellationToken stop) => Task.Delay(TimeSpan.FromHours(1), time, stop);

    protected override async Task TurnAsync(CancellationToken stop)
    {
        var before = time.Now() - Kept.Milliseconds();
        await using var connection = await database.Source.OpenConnectionAsync(stop);
        var purged = await Leave.UnconfirmedAsync(connection, before);
        await connection.ExecuteAsync("delete from tokens where expires_at < @before", new { before });
        if (purged == 0)
            return;
        signals.Erasure.Set();
        metrics.Subscription("purged", purged);
        Log.Purged(log, purged);
    }
}
