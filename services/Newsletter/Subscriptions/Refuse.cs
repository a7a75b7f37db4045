using System.Data.Common;
using Dapper;
using Hosting.Databases;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Newsletter.Subscriptions;

/// <summary>
/// For a reader who got a confirmation mail that they never asked for: no mail of ours goes to that mailbox again, even if somebody signs
/// it up. What is kept is a keyed hash. The link outlives the week in which it confirms: the mail may be read late.
/// </summary>
internal static class Refuse
{
    private sealed record Holder(string Id, string? Address);

    public static async Task<Results<Ok<SubscriptionStands>, ProblemHttpResult>> HandleAsync(
        TokenGiven given,
        [FromKeyedServices(NewsletterService.Name)] Database database,
        MailboxKey mailboxes,
        TimeProvider timeProvider,
        WorkSignals signals,
        NewsletterMetrics metrics,
        CancellationToken cancellationToken
    )
    {
        if (Token.Hash(given.Token) is not { } hash)
            return Confirm.Unknown();
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        var holder = await connection.QuerySingleOrDefaultAsync<Holder>(
            "select s.id, s.address from tokens t join subscribers s on s.id = t.subscriber_id where t.hash = @hash and t.purpose = "
                + "'confirm'",
            new { hash }
        );
        if (holder is null)
            return Confirm.Unknown();
        // Without an address: refused or left before.
        if (Address.Parse(holder.Address) is { } address)
            await RefuseAsync(connection, holder.Id, await mailboxes.HashAsync(connection, address), timeProvider.Now(), cancellationToken);
        metrics.Subscription("refused");
        signals.Erasure.Set();
        return TypedResults.Ok(new SubscriptionStands("refused"));
    }

    private static async Task RefuseAsync(
        DbConnection connection,
        string subscriber,
        string mailbox,
        long now,
        CancellationToken cancellationToken
    )
    {
        await Leave.ForGoodAsync(connection, mailbox, now, cancellationToken);
        // One from before mailboxes were hashed.
        await Leave.OneAsync(connection, subscriber, cancellationToken);
    }
}
