using System.Data.Common;
using Voting.Ledger;

namespace Voting.Integrity;

/// <summary>What detection and moderators read and write beside the ledger, in PostgreSQL and SQLite alike.</summary>
internal sealed class IntegrityStore(DbDataSource source, VoteLedger ledger)
{
    private const string CaseColumns = "id, tool, finding, errors, opened_at, decided_at";

    /// <summary>Makes this process the one that looks, until the time given.</summary>
    /// <returns>False while another is.</returns>
    public async Task<bool> TryLeadAsync(string owner, DateTimeOffset now, DateTimeOffset until, CancellationToken cancellationToken) =>
        await RunAsync(
            "update integrity_head set owner = @owner, owned_until = @until where owner = @owner or owned_until < @now",
            [("owner", owner), ("until", VoteLedger.Micros(until)), ("now", VoteLedger.Micros(now))],
            cancellationToken
        ) > 0;

    /// <returns>Tools with a first vote since then, or with votes that are held.</returns>
    public Task<List<string>> ToolsAsync(DateTimeOffset since, CancellationToken cancellationToken) =>
        source.ReadAsync(
            "select tool from cohorts where at >= @since union select tool from totals where held > 0",
            [("since", VoteLedger.Micros(since))],
            row => row.GetString(0),
            cancellationToken
        );

    public Task<List<FirstVote>> FirstVotesAsync(string tool, CancellationToken cancellationToken) =>
        source.ReadAsync(
            """
            select c.voter, c.networks, c.sleeper, c.at, v.choice, v.state
              from cohorts c join votes v on v.voter = c.voter and v.tool = c.tool where c.tool = @tool
            """,
            [("tool", tool)],
            row => new FirstVote(
                new HashedVoter(new Guid(row.GetFieldValue<byte[]>(0))),
                row.GetFieldValue<byte[]>(1),
                row.GetBoolean(2),
                VoteLedger.Time(row.GetInt64(3)),
                (Choice)row.GetInt16(4),
                new VoteState(row.GetInt16(5))
            ),
            cancellationToken
        );

    /// <returns>The tool's totals.</returns>
    public async Task<Sample> CountedAsync(string tool, CancellationToken cancellationToken) =>
        (
            await source.ReadAsync(
                "select ship, skip from totals where tool = @tool",
                [("tool", tool)],
                row => new Sample(row.GetInt64(0), row.GetInt64(1)),
                cancellationToken
            )
        ).FirstOrDefault();

    /// <returns>When a moderator last released votes of the tool; null if none did.</returns>
    public async Task<DateTimeOffset?> ReleasedAsync(string tool, CancellationToken cancellationToken) =>
        (
            await source.ReadAsync(
                "select max(at) from moderations where tool = @tool and kind = @release and moderator <> @rule",
                [("tool", tool), ("release", (short)EntryKind.Release), ("rule", Decision.Rule)],
                row => row.IsDBNull(0) ? (DateTimeOffset?)null : VoteLedger.Time(row.GetInt64(0)),
                cancellationToken
            )
        )[0];

    /// <summary>Opens a case on the tool, or says anew what its open one is about.</summary>
    public async Task OpenAsync(string tool, Reason finding, double errors, DateTimeOffset now, CancellationToken cancellationToken)
    {
        (string, object)[] values = [("tool", tool), ("finding", (short)finding), ("errors", (long)(errors * 100))];
        var renewed = await RunAsync(
            "update cases set finding = @finding, errors = @errors where tool = @tool and decided_at is null",
            values,
            cancellationToken
        );
        if (renewed == 0)
            await RunAsync(
                """
                insert into cases (id, tool, finding, errors, opened_at)
                select coalesce(max(id), 0) + 1, @tool, @finding, @errors, @now from cases where true on conflict do nothing
                """,
                [.. values, ("now", VoteLedger.Micros(now))],
                cancellationToken
            );
    }

    public Task<int> CloseAsync(string tool, DateTimeOffset now, CancellationToken cancellationToken) =>
        RunAsync(
            "update cases set decided_at = @now where tool = @tool and decided_at is null",
            [("tool", tool), ("now", VoteLedger.Micros(now))],
            cancellationToken
        );

    /// <returns>Open ones first, then the newest.</returns>
    public Task<List<IntegrityCase>> CasesAsync(int limit, CancellationToken cancellationToken) =>
        source.ReadAsync(
            $"select {CaseColumns} from cases order by case when decided_at is null then 0 else 1 end, id desc limit @limit",
            [("limit", limit)],
            ReadCase,
            cancellationToken
        );

    public async Task<IntegrityCase?> CaseAsync(long id, CancellationToken cancellationToken) =>
        (
            await source.ReadAsync($"select {CaseColumns} from cases where id = @id", [("id", id)], ReadCase, cancellationToken)
        ).FirstOrDefault();

    /// <returns>Oldest first.</returns>
    public Task<List<ModerationRecord>> ModerationsAsync(long after, int limit, CancellationToken cancellationToken) =>
        source.ReadAsync(
            """
            select id, tool, kind, reason, moderator, note, votes, ship, skip, at from moderations
             where id > @after order by id limit @limit
            """,
            [("after", after), ("limit", limit)],
            row => new ModerationRecord(
                row.GetInt64(0),
                row.GetString(1),
                (EntryKind)row.GetInt16(2),
                (Reason)row.GetInt16(3),
                row.GetString(4),
                row.GetString(5),
                row.GetInt64(6),
                row.GetInt64(7),
                row.GetInt64(8),
                VoteLedger.Time(row.GetInt64(9))
            ),
            cancellationToken
        );

    /// <returns>Tools whose votes were made void for this reason since then: how many, and when last.</returns>
    public Task<List<(string Tool, long Votes, DateTimeOffset At)>> VoidedAsync(
        Reason reason,
        DateTimeOffset since,
        CancellationToken cancellationToken
    ) =>
        source.ReadAsync(
            """
            select tool, cast(sum(votes) as bigint), max(at) from moderations
             where kind = @void and reason = @reason and at >= @since group by tool order by tool
            """,
            [("void", (short)EntryKind.Void), ("reason", (short)reason), ("since", VoteLedger.Micros(since))],
            row => (row.GetString(0), row.GetInt64(1), VoteLedger.Time(row.GetInt64(2))),
            cancellationToken
        );

    private static IntegrityCase ReadCase(DbDataReader row) =>
        new(
            row.GetInt64(0),
            row.GetString(1),
            (Reason)row.GetInt16(2),
            row.GetInt64(3) / 100.0,
            VoteLedger.Time(row.GetInt64(4)),
            row.IsDBNull(5) ? null : VoteLedger.Time(row.GetInt64(5))
        );

    private Task<int> RunAsync(string sql, (string, object)[] parameters, CancellationToken cancellationToken) =>
        ledger.BesideBatchesAsync(() => source.RunAsync(sql, parameters, cancellationToken), cancellationToken);
}
