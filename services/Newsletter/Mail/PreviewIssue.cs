using Hosting.Databases;
using Hosting.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Newsletter.Issues;

namespace Newsletter.Mail;

/// <param name="Week">The ISO week of the next issue.</param>
/// <param name="DueAt">When it goes out, UTC; a time that has passed means at any moment.</param>
/// <param name="Issue">As it would be composed now; null, as are its mail's two parts, when there is nothing to tell so far.</param>
/// <param name="Html">The mail's HTML part. Its link to unsubscribe holds no reader's token and ends nothing.</param>
/// <param name="Text">The mail's text part.</param>
internal sealed record IssuePreview(string Week, DateTimeOffset DueAt, Issue? Issue, string? Html, string? Text);

/// <summary>Shows editors the next issue as it would go out now. Stores nothing and sends nothing.</summary>
internal static class PreviewIssue
{
    public static async Task<Results<Ok<IssuePreview>, ProblemHttpResult>> HandleAsync(
        HttpContext context,
        [FromKeyedServices(NewsletterService.Name)] Database database,
        NextIssue next,
        PublicAddress site,
        TimeProvider timeProvider,
        CancellationToken cancellationToken
    )
    {
        context.Response.Headers.CacheControl = "no-store";
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        var now = timeProvider.GetUtcNow();
        var (week, due) = await next.DueAsync(connection, now);
        Issue? issue;
        try
        {
            issue = (await next.ComposeAsync(connection, week, now, cancellationToken))?.Issue?.Issue;
        }
        catch (HttpRequestException)
        {
            return Problems.Retry(
                context,
                503,
                "news-away",
                "Catalog or Tally does not answer, so there is nothing to compose an issue from.",
                5
            );
        }

        var mail = issue is null ? null : IssueMail.Of(issue, await site.BaseAsync(cancellationToken), "preview");
        return TypedResults.Ok(new IssuePreview(week, due, issue, mail?.Html, mail?.Text));
    }
}
