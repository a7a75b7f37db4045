using System.Data.Common;
using Dapper;

namespace Newsletter.Issues;

/// <summary>The issue that comes next: which week's it is, when it is due, and what it says if composed now.</summary>
internal sealed class NextIssue(GatherNews news, NewsletterSettings settings)
{
    /// <param name="Issue">Null when nothing happened.</param>
    /// <param name="Since">From when on everything that is news was looked at.</param>
    public sealed record Draft(ComposedIssue? Issue, DateTimeOffset Since);

    private sealed record Told(string Item, long Until);

    /// <returns>The latest week due if nothing was decided about it yet, else the one after.</returns>
    public async Task<(string Week, DateTimeOffset Due)> DueAsync(DbConnection connection, DateTimeOffset now)
    {
        var latest = Week.LatestDue(now, settings.Weekday, settings.Hour);
        return await connection.ExecuteScalarAsync<long>("select count(*) from weeks where week = @Name", new { latest.Name }) == 0
            ? latest
            : Week.LatestDue(now.AddDays(7), settings.Weekday, settings.Hour);
    }

    /// <returns>Null when there is nothing to judge by yet: the catalog is empty.</returns>
    /// <exception cref="HttpRequestException">Catalog or Tally is unavailable.</exception>
    public async Task<Draft?> ComposeAsync(DbConnection connection, string week, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // Before the first issue: since the newsletter began. What the catalog held by then, sample content perhaps, is no news.
        var since = At(
            await connection.ExecuteScalarAsync<long?>(
                "select coalesce(untold_since, published_at) from issues order by published_at desc limit 1"
            )
                ?? await connection.ExecuteScalarAsync<long?>("select min(decided_at) from weeks")
                ?? now.ToUnixTimeMilliseconds()
        );
        var told = (await connection.QueryAsync<Told>("select item, until from told")).ToDictionary(
            told => told.Item,
            told => At(told.Until)
        );
        return await news.SinceAsync(since, told, now, cancellationToken) is { } found
            ? new Draft(ComposeIssue.From(week, now, found), since)
            : null;
    }

    private static DateTimeOffset At(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
