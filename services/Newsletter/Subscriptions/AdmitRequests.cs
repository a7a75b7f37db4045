using System.Data.Common;
using Dapper;
using Hosting;

namespace Newsletter.Subscriptions;

/// <summary>
/// Decides on each request: a pending subscriber gets a confirmation mail, at most three within a day; a confirmed one gets none.
/// Request, subscriber and mail move in one transaction, so a crash leaves either the request or its outcome.
/// </summary>
internal sealed class AdmitRequests(
    [FromKeyedServices(NewsletterService.Name)] Database database, IEnumerable<Schema> schemas, TimeProvider time, Wake wake, NewsletterMetrics metrics, ILogger<AdmitRequests> log)
    : BackgroundWork(schemas, log)
{
    private const int MailsPerDay = 3;
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private sealed record Request(string Id, string Address, string Key);
    private sealed record Standing(string Id, string Status);

    protected override Task RestAsync(CancellationToken stop) => wake.Admission.WaitAsync(TimeSpan.FromSeconds(5), time, stop);

    protected override async Task TurnAsync(CancellationToken stop)
    {
        await using var connection = await database.Source.OpenConnectionAsync(stop);
        while (true)
        {
            var requests = (await connection.QueryAsync<Request>("select id, address, address_key as key from requests order by id limit 100")).AsList();
            if (requests.Count == 0)
                return;
            foreach (var request in requests)
                await AdmitAsync(connection, request, stop);
        }
    }

    private async Task AdmitAsync(DbConnection connection, Request request, CancellationToken stop)
    {
        var now = time.Now();
        await using var transaction = await connection.BeginTransactionAsync(stop);
        // Taking the row is the lock: of two replicas the second finds it gone.
        if (await connection.ExecuteAsync("delete from requests where id = @Id", request, transaction) == 0)
            return;

        // The upsert locks the subscriber's row, so that two requests for one address count its mails one after the other.
        var standing = await connection.QuerySingleAsync<Standing>(
            """
            insert into subscribers (id, address, address_key, status, asked_at) values (@id, @Address, @Key, 'pending', @now)
            on conflict (address_key) do update set asked_at = excluded.asked_at
            returning id, status
            """,
            new { id = Guid.CreateVersion7().ToString("N"), request.Address, request.Key, now }, transaction);

        var outcome = standing.Status == "confirmed" ? "already-confirmed" : await MailAsync(connection, transaction, standing.Id, now);
        await transaction.CommitAsync(stop);
        metrics.Subscription(outcome);
        if (outcome == "mailed")
            wake.Outbox.Set();
    }

    private static async Task<string> MailAsync(DbConnection connection, DbTransaction transaction, string subscriber, long now)
    {
        var mailed = await connection.ExecuteAsync(
            """
            insert into mails (id, kind, subscriber_id, week, state, attempts, created_at, next_at)
            select @id, 'confirmation', s.id, null, 'waiting', 0, @now, @now from subscribers s where s.id = @subscriber
            and (select count(*) from mails m where m.subscriber_id = s.id and m.kind = 'confirmation' and m.created_at > @dayAgo) < @MailsPerDay
            """,
            new { id = Guid.CreateVersion7().ToString("N"), subscriber, now, dayAgo = now - Day.Milliseconds(), MailsPerDay }, transaction);
        return mailed == 1 ? "mailed" : "capped";
    }
}
