using System.Data.Common;
using Dapper;
using Hosting.Databases;
using Newsletter.Subscriptions;

namespace Newsletter.Mail;

/// <summary>
/// Removes what is left of readers who left: their mails, as rows and as files, then everything about those who never confirmed. What
/// SQLite deletes is overwritten in the database file (secure_delete) but lives on in its write-ahead log, so that is emptied too.
/// </summary>
internal sealed class EraseLeavers(
    [FromKeyedServices(NewsletterService.Name)] Database database,
    IEnumerable<Schema> schemas,
    IDelivery delivery,
    TimeProvider timeProvider,
    WorkSignals signals,
    ILogger<EraseLeavers> logger
) : BackgroundWork(schemas, logger)
{
    private bool _prepared;
    private bool _logHolds;

    private sealed record Left(string Id, string State, long NextAt);

    protected override Task RestAsync(CancellationToken cancellationToken) =>
        signals.Erasure.WaitAsync(_logHolds ? TimeSpan.FromSeconds(1) : TimeSpan.FromMinutes(1), timeProvider, cancellationToken);

    protected override async Task TurnAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        if (database.Kind is DatabaseKind.Sqlite && !_prepared)
            await PrepareAsync(connection);
        await EraseMailsAsync(connection);
        await EraseUnconfirmedAsync(connection, cancellationToken);
        // Also erases what a killed process did not get to. A long read keeps the log from being emptied.
        if (database.Kind is DatabaseKind.Sqlite)
            _logHolds = await connection.ExecuteScalarAsync<long>("pragma wal_checkpoint(truncate)") != 0;
    }

    // WAL lets readers read while someone writes. The vacuum removes, once, what a release without secure_delete left in free pages.
    private async Task PrepareAsync(DbConnection connection)
    {
        await connection.ExecuteAsync("pragma journal_mode = wal");
        if (await connection.ExecuteScalarAsync<long>("pragma user_version") == 0)
            await connection.ExecuteAsync("vacuum; pragma user_version = 1");
        _prepared = true;
    }

    // A mail that is due or held by a sender is the sender's to drop; it says so, and is erased in the turn after.
    private async Task EraseMailsAsync(DbConnection connection)
    {
        var mails = await connection.QueryAsync<Left>(
            """
            select m.id, m.state, m.next_at as nextat from subscribers s join mails m on m.subscriber_id = s.id
            where s.status = 'unsubscribed' and m.state not in ('waiting', 'handing')
            """
        );
        foreach (var mail in mails)
        {
            await delivery.ForgetAsync(mail.Id);
            await connection.ExecuteAsync("delete from mails where id = @Id and state = @State and next_at = @NextAt", mail);
        }
    }

    private async Task EraseUnconfirmedAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var before = timeProvider.Now() - PurgePending.Kept.Milliseconds();
        const string Gone =
            "(select id from subscribers where status = 'unsubscribed' and confirmed_at is null and asked_at < @before and not "
            + "exists (select 1 from mails where subscriber_id = subscribers.id))";
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync($"delete from tokens where subscriber_id in {Gone}", new { before }, transaction);
        await connection.ExecuteAsync($"delete from subscribers where id in {Gone}", new { before }, transaction);
        await transaction.CommitAsync(cancellationToken);
    }
}
