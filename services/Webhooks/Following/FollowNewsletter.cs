using System.Text.Json.Nodes;
using Hosting.Databases;
using Webhooks.Events;

namespace Webhooks.Following;

/// <summary>
/// Follows the newsletter's archive. A message would be half a minute faster once a week, and Newsletter would need rights on the broker,
/// where it may touch nothing.
/// </summary>
internal sealed class FollowNewsletter(
    [FromKeyedServices(WebhooksService.Name)] Schema schema,
    Sources sources,
    Tell tell,
    IHostApplicationLifetime lifetime,
    TimeProvider timeProvider,
    ILogger<FollowNewsletter> logger
) : Follower(schema, "Newsletter", null, lifetime, timeProvider, logger)
{
    private const string Issue = "issue";

    protected override async Task FollowAsync(CancellationToken cancellationToken)
    {
        var known = await tell.ToldAsync(Issue, cancellationToken);
        foreach (var issue in (await sources.IssuesAsync(cancellationToken)).Where(issue => !known.Contains(issue.Week)).Reverse())
            await tell.OnceAsync(
                Issue,
                new Happening(
                    EventTypes.NewsletterPublished,
                    issue.Week,
                    [],
                    issue.PublishedAt,
                    new JsonObject
                    {
                        ["issue"] = issue.Week,
                        ["title"] = issue.Title,
                        ["path"] = $"/newsletter/{issue.Week}",
                    }
                )
                {
                    IsDated = true,
                },
                cancellationToken
            );
    }
}
