using Dapper;
using Hosting;

namespace Newsletter.Subscriptions;

/// <summary>Forgets addresses that were never confirmed, thirty days after they were last asked for, and tokens long expired.</summary>
internal sealed class PurgePending(
    [FromKeyedServices(NewsletterService.Name)] Database database, IEnumerable<Schema> schemas, TimeProvider time, NewsletterMetrics metrics, ILogger<PurgePending> log)
    : BackgroundWork(schemas, log)
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    protected override Task RestAsync(CancellationToken stop) => Task.Delay(TimeSpan.FromHours(1), time, stop);

    protected override async Task TurnAsync(CancellationToken stop)
    {
        var before = time.Now() - Kept.Milliseconds();
        await using var connection = await database.Source.OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        // Marked first: the update locks the rows, so that a confirmation at this very moment either wins wholly or finds its link unknown.
        await connection.ExecuteAsync(
            "update subscribers set status = 'unsubscribed', address = null, address_key = null where status = 'pending' and asked_at < @before", new { before }, transaction);
        const string Gone = "(select id from subscribers where status = 'unsubscribed' and confirmed_at is null)";
        await connection.ExecuteAsync($"delete from tokens where subscriber_id in {Gone}", transaction: transaction);
        await connection.ExecuteAsync($"delete from mails where subscriber_id in {Gone}", transaction: transaction);
        var purged = await connection.ExecuteAsync("delete from subscribers where status = 'unsubscribed' and confirmed_at is null", transaction: transaction);
        await connection.ExecuteAsync("delete from tokens where expires_at < @before", new { before }, transaction);
        await transaction.CommitAsync(stop);

        if (purged == 0)
            return;
        metrics.Subscription("purged", purged);
        Log.Purged(log, purged);
    }
}
