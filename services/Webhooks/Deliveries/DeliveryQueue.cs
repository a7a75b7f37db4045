using System.Data.Common;
using Dapper;
using Hosting.Databases;
using Webhooks.Endpoints;
using Webhooks.Sending;

namespace Webhooks.Deliveries;

/// <summary>
/// Which replica may send which delivery. Taking one moves <c>next_at</c> to the end of a lease, if it still is what was read; what came of
/// it is written only while the lease stands. When its holder dies the lease runs out, and the delivery is due again.
/// </summary>
internal sealed class DeliveryQueue(
    [FromKeyedServices(WebhooksService.Name)] Database database,
    WebhooksSettings settings,
    TimeProvider timeProvider
)
{
    /// <summary>An endpoint that only failed for so long is disabled.</summary>
    public static readonly TimeSpan LongestFailing = TimeSpan.FromDays(5);
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    /// <summary>Endpoints that deliveries are due for, the longest waiting first, and since when the first one is, in Unix
    /// milliseconds.</summary>
    public async Task<IReadOnlyList<(string Endpoint, long Since)>> DueAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return (
            await connection.QueryAsync<(string Endpoint, long Since)>(
                """
                select d.endpoint_id, min(d.next_at) from deliveries d join endpoints e on e.id = d.endpoint_id
                where d.state in ('waiting', 'sending') and d.next_at <= @now and e.disabled_at is null and e.resume_at <= @now
                group by d.endpoint_id order by min(d.next_at), d.endpoint_id
                """,
                new { now = timeProvider.Now() }
            )
        ).AsList();
    }

    /// <returns>The endpoint's next delivery as held, or null when none is due.</returns>
    public async Task<(StoredEndpoint Endpoint, Delivery Delivery)?> TakeAsync(string endpoint, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        while (true)
        {
            var now = timeProvider.Now();
            var next = await connection.QuerySingleOrDefaultAsync<Delivery>(
                $"""
                select {Delivery.Columns} from deliveries where endpoint_id = @endpoint and state in ('waiting', 'sending')
                    and next_at <= @now
                and exists (select 1 from endpoints e where e.id = endpoint_id and e.disabled_at is null and e.resume_at <= @now)
                order by next_at, id limit 1
                """,
                new { endpoint, now }
            );
            if (next is null || await EndpointStore.FindAsync(connection, endpoint) is not { } owner)
                return null;
            var lease = now + settings.Lease.Milliseconds();
            var taken = await connection.ExecuteAsync(
                """
                update deliveries set state = 'sending', next_at = @lease, attempts = attempts + 1
                where id = @Id and state = @State and next_at = @NextAt and attempts = @Attempts
                """,
                new
                {
                    lease,
                    next.Id,
                    next.State,
                    next.NextAt,
                    next.Attempts,
                }
            );
            if (taken == 1)
                return (owner, next with { State = "sending", NextAt = lease, Attempts = next.Attempts + 1 });
        }
    }

    /// <summary>Writes down what came of a held delivery.</summary>
    /// <returns>What it is counted as, and why its endpoint is disabled now; null when the lease was lost meanwhile.</returns>
    public async Task<(string Outcome, string? Disabled)?> EndAsync(Delivery held, Attempt attempt)
    {
        // Not cancelled: what was sent has been sent.
        await using var connection = await database.Source.OpenConnectionAsync(CancellationToken.None);
        await using var transaction = await connection.BeginTransactionAsync(CancellationToken.None);
        var now = timeProvider.Now();
        var wait = attempt.IsDelivered || attempt.IsGone ? null : RetrySchedule.After(held.Attempts, attempt.RetryAfter);
        var state =
            attempt.IsDelivered ? "delivered"
            : wait is null ? "failed"
            : "waiting";
        var ended = await connection.ExecuteAsync(
            """
            update deliveries set state = @state, next_at = @next, attempted_at = @now, status = @Status, problem = @Problem
            where id = @Id and state = 'sending' and next_at = @NextAt and attempts = @Attempts
            """,
            new
            {
                state,
                next = now + (wait ?? TimeSpan.Zero).Milliseconds(),
                now,
                attempt.Status,
                attempt.Problem,
                held.Id,
                held.NextAt,
                held.Attempts,
            },
            transaction
        );
        if (ended == 0)
            return null;
        string? disabled = null;
        if (attempt.IsDelivered)
            await WorksAsync(connection, transaction, held.EndpointId, now);
        else
            disabled = await FailsAsync(connection, transaction, held.EndpointId, attempt, wait, now);
        await transaction.CommitAsync(CancellationToken.None);
        return (
            attempt.IsDelivered ? "delivered"
            : attempt.IsGone ? "gone"
            : wait is null ? "given-up"
            : attempt.IsRefused ? "refused"
            : "failed",
            disabled
        );
    }

    /// <summary>Deletes what was done a month ago, and keys that no longer sign.</summary>
    public async Task PurgeAsync(CancellationToken cancellationToken)
    {
        var now = timeProvider.Now();
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            "delete from deliveries where state in ('delivered', 'failed') and created_at < @before",
            new { before = now - Kept.Milliseconds() }
        );
        await connection.ExecuteAsync(
            "update endpoints set former_keys = null, former_until = null where former_until is not null and former_until < @now",
            new { now }
        );
    }

    // A receiver that is back gets what waited for it at once, however far away its next attempt was.
    private static async Task WorksAsync(DbConnection connection, DbTransaction transaction, string endpoint, long now)
    {
        var back = await connection.ExecuteAsync(
            "update endpoints set failing_since = null, resume_at = 0 where id = @endpoint and failing_since is not null",
            new { endpoint },
            transaction
        );
        if (back == 1)
            await connection.ExecuteAsync(
                "update deliveries set next_at = @now where endpoint_id = @endpoint and state = 'waiting' and next_at > @now",
                new { endpoint, now },
                transaction
            );
    }

    private static async Task<string?> FailsAsync(
        DbConnection connection,
        DbTransaction transaction,
        string endpoint,
        Attempt attempt,
        TimeSpan? wait,
        long now
    )
    {
        await connection.ExecuteAsync(
            "update endpoints set failing_since = coalesce(failing_since, @now), resume_at = @resume where id = @endpoint",
            new
            {
                endpoint,
                now,
                resume = now + RetrySchedule.Pause(wait ?? TimeSpan.FromMinutes(1), attempt.RetryAfter).Milliseconds(),
            },
            transaction
        );
        var reason = attempt.IsGone ? "gone" : "failing";
        var disabled = await connection.ExecuteAsync(
            """
            update endpoints set disabled_at = @now, disabled_reason = @reason
            where id = @endpoint and disabled_at is null and failing_since <= @before
            """,
            new
            {
                endpoint,
                now,
                reason,
                before = attempt.IsGone ? now : now - LongestFailing.Milliseconds(),
            },
            transaction
        );
        return disabled == 1 ? reason : null;
    }
}
