using Dapper;
using Hosting.Databases;
using Hosting.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Newsletter.Subscriptions;

/// <summary>Ends a subscription and forgets the address. The token stays valid, so that doing it again answers the same.</summary>
internal static class Unsubscribe
{
    public static async Task<Results<Ok<SubscriptionStands>, ProblemHttpResult>> HandleAsync(
        TokenGiven given,
        [FromKeyedServices(NewsletterService.Name)] Database database,
        WorkSignals signals,
        NewsletterMetrics metrics,
        CancellationToken cancellationToken
    ) => await EndAsync(given.Token, database, signals, metrics, cancellationToken);

    /// <summary>
    /// RFC 8058: mail providers post exactly <c>List-Unsubscribe=One-Click</c>, from anywhere and without cookies. Nothing else is taken
    /// here, so that neither a followed link nor a page's stray form unsubscribes anyone.
    /// </summary>
    public static async Task<Results<Ok<SubscriptionStands>, ProblemHttpResult>> OneClickAsync(
        string? token,
        HttpRequest request,
        [FromKeyedServices(NewsletterService.Name)] Database database,
        WorkSignals signals,
        NewsletterMetrics metrics,
        CancellationToken cancellationToken
    )
    {
        if (!request.HasFormContentType)
            return Problems.Of(415, "unsupported-media-type", "One-click unsubscription takes a form.");
        try
        {
            var form = await request.ReadFormAsync(cancellationToken);
            if (form.Count != 1 || form.Files.Count != 0 || form["List-Unsubscribe"] != "One-Click")
                return Problems.Of(400, "not-one-click", "The form must hold List-Unsubscribe=One-Click and nothing else.");
        }
        catch (Exception error) when (error is InvalidDataException or IOException and not BadHttpRequestException)
        {
            return Problems.Of(400, "malformed-request", "The form can't be read.");
        }

        return await EndAsync(token, database, signals, metrics, cancellationToken);
    }

    /// <summary>
    /// The address that mail programs post to, opened in a browser: leads to the page that asks. Changes nothing, since mail scanners open
    /// links too.
    /// </summary>
    public static RedirectHttpResult Ask(string? token) =>
        TypedResults.Redirect($"/newsletter/unsubscribe?token={Uri.EscapeDataString(token ?? "")}");

    private static async Task<Results<Ok<SubscriptionStands>, ProblemHttpResult>> EndAsync(
        string? token,
        Database database,
        WorkSignals signals,
        NewsletterMetrics metrics,
        CancellationToken cancellationToken
    )
    {
        if (Token.Hash(token) is not { } hash)
            return Unknown();

        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        var subscriber = await connection.ExecuteScalarAsync<string?>(
            "select subscriber_id from tokens where hash = @hash and purpose = 'unsubscribe'",
            new { hash }
        );
        if (subscriber is null)
            return Unknown();
        if (await Leave.OneAsync(connection, subscriber, cancellationToken))
            metrics.Subscription("unsubscribed");
        signals.Erasure.Set();
        return TypedResults.Ok(new SubscriptionStands("unsubscribed"));
    }

    private static ProblemHttpResult Unknown() =>
        Problems.Of(404, "unknown-token", "This link is not one of ours. Use the one in the latest issue.");
}
