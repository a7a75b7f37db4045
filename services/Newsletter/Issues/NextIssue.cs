using System.Data.Common;
using Dapper;

namespace Newsletter.Issues;

/// <summary>The issue that comes next: which week's it is, when it is due, and what it says if composed now.</summary>
internal sealed class NextIssue(GatherNews news, NewsletterSettings settings)
{
    /// <param name="Issue">Null when nothing happened.</param>
    public sealed record Draft(Issue? Issue);

    /// <returns>The latest week due if nothing was decided about it yet, else the one after.</returns>
    public async Task<(string Week, DateTimeOffset Due)> DueAsync(DbConnection connection, DateTimeOffset now)
    {
        var latest = Week.LatestDue(now, settings.Weekday, settings.Hour);
        return await connection.ExecuteScalarAsync<long>("select count(*) from weeks where week = @Name", new { latest.Name }) == 0
            ? latest
            : Week.LatestDue(now.AddDays(7), settings.Weekday, settings.Hour);
    }

    /// <returns>Null when there is nothing to judge by yet: the catalog is empty.</returns>
    /// <exception cref="HttpRequestException">Catalog or Tally is away.</exception>
    public async Task<Draft?> ComposeAsync(DbConnection connection, string week, DateTimeOffset now, CancellationToken stop)
    {
        var since = DateTimeOffset.FromUnixTimeMilliseconds(await connection.ExecuteScalarAsync<long?>("select max(published_at) from issues") ?? 0);
        return await news.SinceAsync(since, now, stop) is { } found ? new Draft(ComposeIssue.From(week, now, found)) : null;
    }
}
