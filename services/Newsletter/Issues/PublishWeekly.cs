using System.Data.Common;
using System.Text.Json;
using Dapper;
using Hosting.Databases;

namespace Newsletter.Issues;

/// <summary>
/// Publishes the issue of the week when it is due, or late if the process was down. Every replica tries; the week's row in the database
/// lets one of them through. Issue and mails are stored in one transaction, so an issue is addressed to everyone or does not exist.
/// </summary>
internal sealed class PublishWeekly(
    [FromKeyedServices(NewsletterService.Name)] Database database,
    IEnumerable<Schema> schemas,
    NextIssue next,
    NewsletterSettings settings,
    TimeProvider timeProvider,
    WorkSignals signals,
    NewsletterMetrics metrics,
    ILogger<PublishWeekly> logger
) : BackgroundWork(schemas, logger)
{
    private int _waits;

    protected override Task RestAsync(CancellationToken cancellationToken) =>
        Task.Delay(_waits == 1 ? TimeSpan.FromSeconds(5) : TimeSpan.FromMinutes(1), timeProvider, cancellationToken);

    protected override async Task TurnAsync(CancellationToken cancellationToken)
    {
        var now = DateTimeOffset.FromUnixTimeMilliseconds(timeProvider.Now());
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await BeginAsync(connection, now);
        var (week, due) = await next.DueAsync(connection, now);
        if (due > now)
            return;
        try
        {
            if (await next.ComposeAsync(connection, week, now, cancellationToken) is { } draft)
                await DecideAsync(connection, week, draft, now.ToUnixTimeMilliseconds(), cancellationToken);
            _waits = 0;
        }
        catch (HttpRequestException away)
        {
            // Started together, the others may be a moment behind; only the second time is worth an operator's attention. Half an issue
            // would be worse than a late one.
            Log.Waits(logger, _waits == 0 ? LogLevel.Information : LogLevel.Warning, week, away.Message);
            _waits++;
        }
    }

    // A newsletter that has never decided on a week begins with this one, without an issue: what is there before it is no news.
    private async Task BeginAsync(DbConnection connection, DateTimeOffset now)
    {
        if (await connection.ExecuteScalarAsync<long>("select count(*) from weeks") > 0)
            return;
        var (week, _) = Week.LatestDue(now, settings.Weekday, settings.Hour);
        if (
            await connection.ExecuteAsync(
                "insert into weeks (week, outcome, decided_at) values (@week, 'none', @now) on conflict (week) do nothing",
                new { week, now = now.ToUnixTimeMilliseconds() }
            ) == 1
        )
            Log.Begins(logger);
    }

    private async Task DecideAsync(
        DbConnection connection,
        string week,
        NextIssue.Draft draft,
        long now,
        CancellationToken cancellationToken
    )
    {
        var issue = draft.Issue?.Issue;
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var first = await connection.ExecuteAsync(
            "insert into weeks (week, outcome, decided_at) values (@week, @outcome, @now) on conflict (week) do nothing",
            new
            {
                week,
                outcome = issue is null ? "none" : "published",
                now,
            },
            transaction
        );
        if (first == 0)
            return;

        var mails = issue is null ? 0 : await StoreAsync(connection, transaction, draft.Issue!, draft.Since, now);
        await transaction.CommitAsync(cancellationToken);
        if (issue is null)
        {
            Log.NothingNew(logger, week);
            return;
        }

        Log.Published(logger, week, mails);
        metrics.Issue();
        signals.Outbox.Set();
    }

    private static async Task<int> StoreAsync(
        DbConnection connection,
        DbTransaction transaction,
        ComposedIssue composed,
        DateTimeOffset since,
        long now
    )
    {
        var issue = composed.Issue;
        await connection.ExecuteAsync(
            "insert into issues (week, title, intro, sections, published_at, untold_since) values (@Week, @Title, @Intro, "
                + "@sections, @now, @untold)",
            new
            {
                issue.Week,
                issue.Title,
                issue.Intro,
                sections = JsonSerializer.Serialize(issue.Sections),
                now,
                untold = composed.ToldAll ? (long?)null : since.ToUnixTimeMilliseconds(),
            },
            transaction
        );
        if (composed.ToldAll)
            await connection.ExecuteAsync("delete from told", transaction: transaction);
        else
            await connection.ExecuteAsync(
                "insert into told (item, until) values (@item, @now) on conflict (item) do update set until = excluded.until",
                composed.Told.Select(item => new { item, now }),
                transaction
            );
        return await connection.ExecuteAsync(
            """
            insert into mails (id, kind, subscriber_id, week, state, attempts, created_at, next_at)
            select @Week || '-' || id, 'issue', id, @Week, 'waiting', 0, @now, @now from subscribers where status = 'confirmed'
            on conflict (week, subscriber_id) do nothing
            """,
            new { issue.Week, now },
            transaction
        );
    }
}
