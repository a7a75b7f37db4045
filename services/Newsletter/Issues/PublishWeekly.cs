using System.Data.Common;
using System.Text.Json;
using Dapper;
using Hosting;

namespace Newsletter.Issues;

/// <summary>
/// Publishes the issue of the week when it is due, or late if the process was down. Every replica tries; the week's row in the database lets
/// one of them through. Issue and mails are stored in one transaction, so an issue is addressed to everyone or does not exist.
/// </summary>
internal sealed class PublishWeekly(
    [FromKeyedServices(NewsletterService.Name)] Database database, IEnumerable<Schema> schemas, NextIssue next,
    TimeProvider time, Wake wake, NewsletterMetrics metrics, ILogger<PublishWeekly> log)
    : BackgroundWork(schemas, log)
{
    private int _waits;

    protected override Task RestAsync(CancellationToken stop) => Task.Delay(_waits == 1 ? TimeSpan.FromSeconds(5) : TimeSpan.FromMinutes(1), time, stop);

    protected override async Task TurnAsync(CancellationToken stop)
    {
        var now = DateTimeOffset.FromUnixTimeMilliseconds(time.Now());
        await using var connection = await database.Source.OpenConnectionAsync(stop);
        var (week, due) = await next.DueAsync(connection, now);
        if (due > now)
            return;
        try
        {
            if (await next.ComposeAsync(connection, week, now, stop) is { } draft)
                await DecideAsync(connection, week, draft.Issue, now.ToUnixTimeMilliseconds(), stop);
            _waits = 0;
        }
        catch (HttpRequestException away)
        {
            // Started together, the others may be a moment behind; only the second time it is worth somebody's attention. Half an issue would be worse than a late one.
            Log.Waits(log, _waits == 0 ? LogLevel.Information : LogLevel.Warning, week, away.Message);
            _waits++;
        }
    }

    private async Task DecideAsync(DbConnection connection, string week, Issue? issue, long now, CancellationToken stop)
    {
        await using var transaction = await connection.BeginTransactionAsync(stop);
        var first = await connection.ExecuteAsync(
            "insert into weeks (week, outcome, decided_at) values (@week, @outcome, @now) on conflict (week) do nothing",
            new { week, outcome = issue is null ? "none" : "published", now }, transaction);
        if (first == 0)
            return;

        var mails = issue is null ? 0 : await StoreAsync(connection, transaction, issue, now);
        await transaction.CommitAsync(stop);
        if (issue is null)
        {
            Log.NothingNew(log, week);
            return;
        }

        Log.Published(log, week, mails);
        metrics.Issue();
        wake.Outbox.Set();
    }

    private static async Task<int> StoreAsync(DbConnection connection, DbTransaction transaction, Issue issue, long now)
    {
        await connection.ExecuteAsync(
            "insert into issues (week, title, intro, sections, published_at) values (@Week, @Title, @Intro, @sections, @now)",
            new { issue.Week, issue.Title, issue.Intro, sections = JsonSerializer.Serialize(issue.Sections), now }, transaction);
        return await connection.ExecuteAsync(
            """
            insert into mails (id, kind, subscriber_id, week, state, attempts, created_at, next_at)
            select @Week || '-' || id, 'issue', id, @Week, 'waiting', 0, @now, @now from subscribers where status = 'confirmed'
            on conflict (week, subscriber_id) do nothing
            """,
            new { issue.Week, now }, transaction);
    }
}
