using System.Data.Common;
using Dapper;
using Hosting.Databases;

namespace Newsletter.Subscriptions;

/// <summary>
/// Decides on each request: a pending subscriber gets a confirmation mail, at most three within a day for one mailbox; a confirmed one gets
/// none, and neither does a mailbox that wants none. While more mail is asked for than may leave within an hour, in all or to one domain,
/// requests wait their turn. Request, subscriber and mail move in one transaction, so a crash leaves either the request or its outcome.
/// </summary>
internal sealed class AdmitRequests(
    [FromKeyedServices(NewsletterService.Name)] Database database,
    IEnumerable<Schema> schemas,
    NewsletterSettings settings,
    MailboxKey mailboxes,
    TimeProvider timeProvider,
    WorkSignals signals,
    NewsletterMetrics metrics,
    ILogger<AdmitRequests> logger
) : BackgroundWork(schemas, logger)
{
    private const int MailsPerDay = 3;
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private sealed record Request(string Id, string Address, string Key);

    private sealed record Mailed(long All, long Domain);

    private sealed record KnownSubscriber(string Id, string Status);

    protected override Task RestAsync(CancellationToken cancellationToken) =>
        signals.Admission.WaitAsync(TimeSpan.FromSeconds(5), timeProvider, cancellationToken);

    protected override async Task TurnAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        var (last, full) = ("", new HashSet<string>());
        while (true)
        {
            var requests = (
                await connection.QueryAsync<Request>(
                    "select id, address, address_key as key from requests where id > @last order by id limit 100",
                    new { last }
                )
            ).AsList();
            if (requests.Count == 0)
                break;
            foreach (var request in requests)
            {
                last = request.Id;
                var domain = request.Key[request.Key.IndexOf('@', StringComparison.Ordinal)..];
                if (full.Contains(domain))
                    continue;
                var mailed = await MailedAsync(connection, domain);
                if (mailed.All >= settings.Confirmations)
                {
                    await DropOldAsync(connection);
                    return;
                }

                if (mailed.Domain >= settings.ConfirmationsPerDomain)
                    full.Add(domain);
                else
                    await AdmitAsync(connection, request, cancellationToken);
            }
        }

        if (full.Count > 0)
            await DropOldAsync(connection);
    }

    // What found no room within a day: readers who still want it have asked again by then.
    private async Task DropOldAsync(DbConnection connection)
    {
        var dropped = await connection.ExecuteAsync(
            "delete from requests where asked_at < @dayAgo",
            new { dayAgo = timeProvider.Now() - Day.Milliseconds() }
        );
        if (dropped == 0)
            return;
        metrics.Subscription("capped", dropped);
        signals.Erasure.Set();
    }

    // Of several replicas each may let one more through; that is no harm.
    private Task<Mailed> MailedAsync(DbConnection connection, string domain) =>
        connection.QuerySingleAsync<Mailed>(
            """
            select count(*) as "all", count(*) filter (where s.address_key like @domain) as domain from mails m join subscribers s
                on s.id = m.subscriber_id
            where m.created_at > @since and m.kind = 'confirmation' and m.variant is null
            """,
            new { since = timeProvider.Now() - Hour.Milliseconds(), domain = $"%{domain}" }
        );

    private async Task AdmitAsync(DbConnection connection, Request request, CancellationToken cancellationToken)
    {
        var now = timeProvider.Now();
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // Taking the row is the lock: of two replicas the second finds it gone.
        if (await connection.ExecuteAsync("delete from requests where id = @Id", request, transaction) == 0)
            return;
        var outcome = Address.Parse(request.Address) is { } address ? await DecideAsync(connection, transaction, address, now) : "refused";
        await transaction.CommitAsync(cancellationToken);
        metrics.Subscription(outcome);
        if (outcome == "mailed")
            signals.Outbox.Set();
    }

    private async Task<string> DecideAsync(DbConnection connection, DbTransaction transaction, Address address, long now)
    {
        var mailbox = await mailboxes.HashAsync(connection, address, transaction);
        // Two requests for one mailbox count its mails one after the other, whatever follows the plus sign. SQLite has one writer anyway.
        if (database.Kind is DatabaseKind.Postgres)
            await connection.ExecuteAsync("select pg_advisory_xact_lock(hashtextextended(@mailbox, 0))", new { mailbox }, transaction);
        if (
            await connection.ExecuteScalarAsync<long>(
                "select count(*) from refusals where mailbox = @mailbox",
                new { mailbox },
                transaction
            ) > 0
        )
            return "refused";

        // Until it is confirmed, the address is the one last submitted: nobody can keep a spelling of it that only they can read.
        var standing = await connection.QuerySingleAsync<KnownSubscriber>(
            """
            insert into subscribers (id, address, address_key, mailbox, status, asked_at) values (@id, @Value, @Key, @mailbox, 'pending',
                @now)
            on conflict (address_key) do update set asked_at = excluded.asked_at, mailbox = excluded.mailbox,
                address = case when subscribers.status = 'pending' then excluded.address else subscribers.address end
            returning id, status
            """,
            new
            {
                id = Guid.CreateVersion7().ToString("N"),
                address.Value,
                address.Key,
                mailbox,
                now,
            },
            transaction
        );
        return standing.Status == "confirmed" ? "already-confirmed" : await MailAsync(connection, transaction, standing.Id, mailbox, now);
    }

    private static async Task<string> MailAsync(
        DbConnection connection,
        DbTransaction transaction,
        string subscriber,
        string mailbox,
        long now
    )
    {
        var mailed = await connection.ExecuteAsync(
            """
            insert into mails (id, kind, subscriber_id, week, state, attempts, created_at, next_at)
            select @id, 'confirmation', @subscriber, null, 'waiting', 0, @now, @now
            where (select count(*) from mails m join subscribers s on s.id = m.subscriber_id
                where s.mailbox = @mailbox and m.kind = 'confirmation' and m.variant is null and m.created_at > @dayAgo) < @MailsPerDay
            """,
            new
            {
                id = Guid.CreateVersion7().ToString("N"),
                subscriber,
                mailbox,
                now,
                dayAgo = now - Day.Milliseconds(),
                MailsPerDay,
            },
            transaction
        );
        return mailed == 1 ? "mailed" : "capped";
    }
}
