using Dapper;
using Hosting;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Newsletter.Subscriptions;

/// <param name="Token">From the mailed link.</param>
internal sealed record TokenGiven(string? Token);

/// <param name="Status"><c>confirmed</c> or <c>unsubscribed</c>.</param>
internal sealed record SubscriptionStands(string Status);

/// <summary>
/// Confirms by POST alone; there is no GET route, since mail scanners follow links. Confirming again answers the same.
/// </summary>
internal static class Confirm
{
    public static async Task<Results<Ok<SubscriptionStands>, ProblemHttpResult>> HandleAsync(
        TokenGiven given, [FromKeyedServices(NewsletterService.Name)] Database database, TimeProvider time, NewsletterMetrics metrics, CancellationToken stop)
    {
        if (Token.Hash(given.Token) is not { } hash)
            return Unknown();

        await using var connection = await database.Source.OpenConnectionAsync(stop);
        var now = time.Now();
        const string Holder = "(select t.subscriber_id from tokens t where t.hash = @hash and t.purpose = 'confirm' and t.expires_at > @now)";
        if (await connection.ExecuteAsync(
            $"update subscribers set status = 'confirmed', confirmed_at = @now where status = 'pending' and id = {Holder}", new { hash, now }) == 1)
            metrics.Subscription("confirmed");
        // Whoever unsubscribed since is not brought back by an old link.
        else if (await connection.ExecuteScalarAsync<long>(
            $"select count(*) from subscribers where status = 'confirmed' and id = {Holder}", new { hash, now }) == 0)
            return Unknown();

        return TypedResults.Ok(new SubscriptionStands("confirmed"));
    }

    internal static ProblemHttpResult Unknown() => Problems.Of(404, "unknown-token", "This link is unknown or has expired. Subscribe again to get a new one.");
}
