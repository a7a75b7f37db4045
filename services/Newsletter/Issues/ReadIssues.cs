using System.Data.Common;
using System.Text.Json;
using Dapper;
using Hosting.Databases;
using Hosting.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Newsletter.Issues;

/// <summary>The public archive. It shows issues, and nothing of who got them.</summary>
internal static class ReadIssues
{
    private sealed record Listed(string Week, string Title, string Intro, long PublishedAt);

    private sealed record Stored(string Week, string Title, string Intro, string Sections, long PublishedAt);

    public static async Task<Ok<Archive>> ListAsync(
        [FromKeyedServices(NewsletterService.Name)] Database database,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        // Ten years of issues fit into one answer, so there are no pages.
        var issues = await connection.QueryAsync<Listed>(
            "select week, title, intro, published_at as publishedat from issues order by published_at desc limit 520"
        );
        return TypedResults.Ok(new Archive(issues.Select(i => new IssueSummary(i.Week, i.Title, At(i.PublishedAt), i.Intro)).ToArray()));
    }

    public static async Task<Results<Ok<Issue>, ProblemHttpResult>> OneAsync(
        string week,
        [FromKeyedServices(NewsletterService.Name)] Database database,
        CancellationToken cancellationToken
    )
    {
        if (Week.IsName(week))
        {
            await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
            if (await FindAsync(connection, week) is { } issue)
                return TypedResults.Ok(issue);
        }

        return Problems.Of(404, "unknown-issue", "There is no issue of that week.");
    }

    public static async Task<Issue?> FindAsync(DbConnection connection, string week) =>
        await connection.QuerySingleOrDefaultAsync<Stored>(
            "select week, title, intro, sections, published_at as publishedat from issues where week = @week",
            new { week }
        )
            is { } stored
            ? new Issue(
                stored.Week,
                stored.Title,
                At(stored.PublishedAt),
                stored.Intro,
                JsonSerializer.Deserialize<Section[]>(stored.Sections)!
            )
            : null;

    private static DateTimeOffset At(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
