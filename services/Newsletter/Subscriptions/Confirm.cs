using System.Data.Common;
using Dapper;
using Hosting.Databases;
using Hosting.Description;
using Hosting.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Newsletter.Subscriptions;

/// <param name="Token">From the mailed link.</param>
[SchemaName("MailToken")]
internal sealed record TokenGiven(string? Token);

/// <param name="Status"><c>confirmed</c>, <c>unsubscribed</c> or <c>refused</c>.</param>
[SchemaName("SubscriptionStatus")]
internal sealed record SubscriptionStands(string Status);

/// <summary>
/// Confirms by POST alone; there is no GET route, since mail scanners follow links. Confirming again answers the same. A new subscriber
/// gets the newest issue at once, or a welcome if there is no issue yet: the next one may be weeks away.
/// </summary>
internal static class Confirm
{
    private sealed record Holder(string Id, string Status);

    public static async Task<Results<Ok<SubscriptionStands>, ProblemHttpResult>> HandleAsync(
        TokenGiven given,
        [FromKeyedServices(NewsletterService.Name)] Database database,
        TimeProvider timeProvider,
        WorkSignals signals,
        NewsletterMetrics metrics,
        CancellationToken cancellationToken
    )
    {
        if (Token.Hash(given.Token) is not { } hash)
            return Unknown();

        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        var now = timeProvider.Now();
        // Only read at first: a stranger's guess must not wait for a writer, which would tell that there is one.
        var holder = await connection.QuerySingleOrDefaultAsync<Holder>(
            "select s.id, s.status from tokens t join subscribers s on s.id = t.subscriber_id where t.hash = @hash and t.purpose = "
                + "'confirm' and t.expires_at > @now",
            new { hash, now }
        );
        // An old link does not bring back a reader who unsubscribed since.
        if (holder is null or { Status: "unsubscribed" })
            return Unknown();
        if (holder.Status == "pending" && await ConfirmAsync(connection, holder.Id, now, cancellationToken))
        {
            metrics.Subscription("confirmed");
            signals.Outbox.Set();
        }

        return TypedResults.Ok(new SubscriptionStands("confirmed"));
    }

    internal static ProblemHttpResult Unknown() =>
        Problems.Of(404, "unknown-token", "This link is unknown or has expired. Subscribe again to get a new one.");

    private static async Task<bool> ConfirmAsync(DbConnection connection, string subscriber, long now, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (
            await connection.ExecuteAsync(
                "update subscribers set status = 'confirmed', confirmed_at = @now where status = 'pending' and id = @subscriber",
                new { subscriber, now },
                transaction
            ) == 0
        )
            return false;
        if (
            await connection.ExecuteAsync(
                """
                insert into mails (id, kind, subscriber_id, week, state, attempts, created_at, next_at)
                select week || '-' || @subscriber, 'issue', @subscriber, week, 'waiting', 0, @now, @now from issues
                where published_at = (select max(published_at) from issues)
                on conflict (week, subscriber_id) do nothing
                """,
                new { subscriber, now },
                transaction
            ) == 0
        )
            await connection.ExecuteAsync(
                """
                insert into mails (id, kind, variant, subscriber_id, week, state, attempts, created_at, next_at)
                values ('welcome-' || @subscriber, 'confirmation', 'welcome', @subscriber, null, 'waiting', 0, @now, @now)
                on conflict (id) do nothing
                """,
                new { subscriber, now },
                transaction
            );
        await transaction.CommitAsync(cancellationToken);
        return true;
    }
}
