using Dapper;
using Hosting.Databases;
using Hosting.Description;
using Hosting.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Newsletter.Subscriptions;

/// <summary>What a reader sends to subscribe.</summary>
/// <param name="Email">The address, at most 254 characters; international domains are fine.</param>
[SchemaName("SubscriptionRequest")]
internal sealed record SubscriptionAsked(string? Email);

/// <param name="Status">Always <c>pending</c>: the answer does not tell who subscribed.</param>
/// <param name="Message">What happens next, for the reader.</param>
internal sealed record SubscriptionPending(string Status, string Message);

/// <summary>
/// Takes a wish to subscribe. Every valid address costs one insert and gets one answer, known or not; what to do about it is decided later
/// by <see cref="AdmitRequests"/>. Deciding here would show in the time taken, however equal the answers.
/// </summary>
internal static class Subscribe
{
    // SQLite has one writer: an insert waits while the previous address's mail is written, and a known address gets no mail. Every answer
    // takes this long, far longer than that wait, so that its time tells nothing.
    private static readonly TimeSpan AnswerTime = TimeSpan.FromMilliseconds(300);

    private static readonly SubscriptionPending Answer = new(
        "pending",
        "Check your inbox: we have sent a link to confirm, unless this address is subscribed already."
    );

    public static async Task<Results<Accepted<SubscriptionPending>, ProblemHttpResult>> HandleAsync(
        SubscriptionAsked asked,
        [FromKeyedServices(NewsletterService.Name)] Database database,
        TimeProvider timeProvider,
        WorkSignals signals,
        NewsletterMetrics metrics,
        CancellationToken cancellationToken
    )
    {
        if (Address.Parse(asked.Email) is not { } address)
            return Problems.Of(400, "invalid-email", "This is not a mail address we can write to.");

        // Not the service's clock: this is about what a client can measure.
        var answerTime = Task.Delay(AnswerTime, cancellationToken);
        await using (var connection = await database.Source.OpenConnectionAsync(cancellationToken))
        {
            await connection.ExecuteAsync(
                "insert into requests (id, address, address_key, asked_at) values (@id, @Value, @Key, @now)",
                new
                {
                    id = Guid.CreateVersion7().ToString("N"),
                    address.Value,
                    address.Key,
                    now = timeProvider.Now(),
                }
            );
        }

        metrics.Subscription("requested");
        signals.Admission.Set();
        await answerTime;
        return TypedResults.Accepted((string?)null, Answer);
    }
}
