using System.Data.Common;
using Contracts;
using Voting.Ledger.Postgres;
using Voting.Ledger.Sqlite;

namespace Voting.Ledger;

/// <summary>
/// The only truth. Reads are the same SQL everywhere; how a batch is written differs: PostgreSQL has several writing processes and does it
/// in one call (<see cref="PostgresLedger"/>), SQLite has one and no round trips to save (<see cref="SqliteLedger"/>).
/// </summary>
public abstract class VoteLedger(DbDataSource source)
{
    /// <summary>Writes a batch in one transaction. A (voter, tool) pair may occur in it once. Durable when this returns.</summary>
    /// <exception cref="DbException">Nothing is known of the batch; casting the same again is safe, since the same choice again changes
    /// nothing.</exception>
    public abstract Task<Committed> CommitAsync(IReadOnlyList<Cast> batch, CancellationToken cancellationToken);

    /// <summary>
    /// Forgets voters in one transaction: the rows that tie them to their pseudonyms are deleted, and every vote of theirs that stands
    /// becomes due for withdrawal, its last entry, at a random moment of its own within the spread. A voter without votes changes nothing.
    /// </summary>
    /// <param name="spread">Zero withdraws in the same transaction.</param>
    /// <returns>Where the totals that moved stand now.</returns>
    /// <exception cref="DbException">Nothing is known; forgetting again is safe.</exception>
    public abstract Task<IReadOnlyList<ToolTotals>> ForgetAsync(
        IReadOnlyList<HashedVoter> voters,
        TimeSpan spread,
        CancellationToken cancellationToken
    );

    /// <summary>Withdraws votes of forgotten voters that are due, at most so many.</summary>
    /// <returns>Where the touched totals stand now; empty when none was due.</returns>
    /// <exception cref="DbException">Nothing is known; asking again is safe.</exception>
    public abstract Task<IReadOnlyList<ToolTotals>> WithdrawDueAsync(int most, CancellationToken cancellationToken);

    /// <summary>
    /// Writes what is yet to be withdrawn in the order of its marks, so that neighbors in the database's files don't tell who was forgotten
    /// together.
    /// </summary>
    public abstract Task ShuffleDueAsync(CancellationToken cancellationToken);

    /// <summary>Holds, releases or voids votes in one transaction, as far as their states allow.</summary>
    /// <exception cref="DbException">Nothing is known; asking again is safe.</exception>
    public abstract Task<Moderated> ModerateAsync(Moderation moderation, CancellationToken cancellationToken);

    /// <summary>
    /// Announces those of the public log's keys that it does not know yet, each by an entry. The keys it begins with are only remembered.
    /// </summary>
    /// <param name="vkeys">As verifiers write them.</param>
    /// <exception cref="DbException">Nothing is known; announcing again is safe.</exception>
    public abstract Task AnnounceKeysAsync(IReadOnlyList<string> vkeys, CancellationToken cancellationToken);

    /// <summary>Remembers that the bus confirmed these versions, unless a new epoch has begun since: nothing of that is published
    /// yet.</summary>
    public abstract Task MarkPublishedAsync(IReadOnlyList<ToolTotals> totals, CancellationToken cancellationToken);

    /// <summary>Keeps the newer of what is stored and what is given, tool by tool.</summary>
    public abstract Task KeepToolsAsync(IReadOnlyList<ToolState> tools, CancellationToken cancellationToken);

    /// <summary>Runs a write of something else in the same database, so that it does not collide with a batch.</summary>
    public virtual Task<T> BesideBatchesAsync<T>(Func<Task<T>> write, CancellationToken cancellationToken) => write();

    public Task<List<ToolState>> ToolsAsync(CancellationToken cancellationToken) =>
        source.ReadAsync(
            "select slug, name, category, retired, version from tools",
            [],
            row => new ToolState(row.GetString(0), row.GetString(1), row.GetString(2), row.GetBoolean(3), row.GetInt64(4)),
            cancellationToken
        );

    /// <returns>The voter's current votes, newest first. Withdrawn ones are included: their <c>seq</c> keeps counting.</returns>
    public Task<List<Vote>> VotesAsync(HashedVoter voter, CancellationToken cancellationToken) =>
        source.ReadAsync(
            "select tool, choice, seq, at, entry, pseudonym, salt, state from votes where voter = @voter order by at desc, tool",
            [("voter", voter.Value.ToByteArray())],
            ReadVote,
            cancellationToken
        );

    /// <returns>True when the ledger holds any vote of the voter, be it withdrawn since.</returns>
    /// <exception cref="DbException">The database does not answer.</exception>
    public async Task<bool> HasVotedAsync(HashedVoter voter, CancellationToken cancellationToken) =>
        (
            await source.ReadAsync(
                "select 1 from votes where voter = @voter limit 1",
                [("voter", voter.Value.ToByteArray())],
                row => 1,
                cancellationToken
            )
        ).Count > 0;

    public async Task<Vote> VoteAsync(HashedVoter voter, string tool, CancellationToken cancellationToken)
    {
        var found = await source.ReadAsync(
            "select tool, choice, seq, at, entry, pseudonym, salt, state from votes where voter = @voter and tool = @tool",
            [("voter", voter.Value.ToByteArray()), ("tool", tool)],
            ReadVote,
            cancellationToken
        );
        return found is [var vote] ? vote : Vote.None(tool);
    }

    /// <returns>Entries with an id above <paramref name="after"/>, in the order they were committed.</returns>
    public async Task<List<Entry>> EntriesAsync(long after, int limit, CancellationToken cancellationToken)
    {
        var entries = await source.ReadAsync(
            "select id, tool, pseudonym, choice, previous, seq, at, kind from entries where id > @after order by id limit @limit",
            [("after", after), ("limit", limit)],
            row => new Entry(
                row.GetInt64(0),
                row.GetString(1),
                new Guid(row.GetFieldValue<byte[]>(2)),
                (Choice)row.GetInt16(3),
                (Choice)row.GetInt16(4),
                row.GetInt64(5),
                Time(row.GetInt64(6)),
                (EntryKind)row.GetInt16(7)
            ),
            cancellationToken
        );
        if (entries.Exists(entry => entry.Kind is EntryKind.Key))
        {
            var keys = await KeysAsync(cancellationToken);
            entries = entries.ConvertAll(entry => entry.Kind is EntryKind.Key ? entry with { Key = keys[entry.Id] } : entry);
        }

        if (!entries.Exists(IsDecision))
            return entries;
        var decisions = await DecisionsAsync(entries.First(IsDecision).Id, entries.FindLast(IsDecision)!.Id, cancellationToken);
        return entries.ConvertAll(entry => IsDecision(entry) ? entry with { Decision = decisions[entry.Id] } : entry);
    }

    /// <returns>
    /// The entries with an id above <paramref name="after"/>, at most <paramref name="limit"/> of them, added up by tool and minute; the
    /// oldest minute first. The database adds them up, so that none has to be sent and parsed for it.
    /// </returns>
    public async Task<LedgerMinutes> MinutesAsync(long after, int limit, CancellationToken cancellationToken)
    {
        var rows = await source.ReadAsync(
            """
            select m.tool, m.ship, m.skip, m.entries, m.last_at, m.last_id, e.epoch
              from ledger_epoch e
              left join (
                select tool, at / 60000000 as minute,
                       sum(case choice when 1 then 1 else 0 end - case previous when 1 then 1 else 0 end) as ship,
                       sum(case choice when 2 then 1 else 0 end - case previous when 2 then 1 else 0 end) as skip,
                       count(*) as entries, max(at) as last_at, max(id) as last_id
                  from (select id, tool, case kind when 4 then 0 else choice end as choice,
                               case kind when 4 then 0 else previous end as previous, at, kind
                        from entries where id > @after order by id limit @limit) page
                 where kind <> 5
                 group by tool, at / 60000000) m on true
             order by m.minute, m.tool
            """,
            [("after", after), ("limit", limit)],
            row =>
                (
                    Epoch: row.GetInt64(6),
                    Minute: row.IsDBNull(0)
                        ? null
                        : new ToolMinute(
                            row.GetString(0),
                            row.GetInt64(1),
                            row.GetInt64(2),
                            row.GetInt64(3),
                            Time(row.GetInt64(4)),
                            row.GetInt64(5)
                        )
                ),
            cancellationToken
        );
        return new LedgerMinutes(rows[0].Epoch, [.. rows.Select(row => row.Minute).OfType<ToolMinute>()]);
    }

    /// <returns>Where every tool's totals stand, and whose they are.</returns>
    public async Task<LedgerTotals> TotalsAsync(CancellationToken cancellationToken)
    {
        // Joined so that a ledger without votes says its epoch too.
        var rows = await source.ReadAsync(
            $"select {TotalsColumns} from ledger_epoch e left join totals t on true order by t.tool",
            [],
            row => (Epoch: row.GetInt64(5), Totals: row.IsDBNull(0) ? null : ReadTotals(row)),
            cancellationToken
        );
        return new LedgerTotals(rows[0].Epoch, [.. rows.Select(row => row.Totals).OfType<ToolTotals>()]);
    }

    /// <returns>Totals that no confirmed message has carried yet and that have stood for a moment: what a crash or an outage left
    /// behind.</returns>
    public Task<List<ToolTotals>> UnpublishedAsync(TimeSpan standing, int limit, CancellationToken cancellationToken) =>
        source.ReadAsync(
            $"""
            select {TotalsColumns}
              from ledger_epoch e cross join totals t left join totals_published p on p.tool = t.tool
             where t.version > coalesce(p.published_version, 0) and t.at <= @before
             order by t.at limit @limit
            """,
            [("before", Micros(DateTimeOffset.UtcNow - standing)), ("limit", limit)],
            ReadTotals,
            cancellationToken
        );

    /// <summary>Throws when the database does not answer.</summary>
    public Task<List<int>> ProbeAsync(CancellationToken cancellationToken) =>
        source.ReadAsync("select 1 from tools limit 1", [], row => 1, cancellationToken);

    internal static long Micros(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    internal static DateTimeOffset Time(long micros) => DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);

    private static Vote ReadVote(DbDataReader row) =>
        new(
            row.GetString(0),
            (Choice)row.GetInt16(1),
            row.GetInt64(2),
            Time(row.GetInt64(3)),
            row.IsDBNull(4) ? null : row.GetInt64(4),
            new Guid(row.GetFieldValue<byte[]>(5)),
            row.IsDBNull(6) ? null : new Guid(row.GetFieldValue<byte[]>(6)),
            new VoteState(row.GetInt16(7))
        );

    private async Task<Dictionary<long, string>> KeysAsync(CancellationToken cancellationToken) =>
        (
            await source.ReadAsync(
                "select entry, vkey from log_keys where entry > 0",
                [],
                row => (row.GetInt64(0), row.GetString(1)),
                cancellationToken
            )
        ).ToDictionary();

    private static bool IsDecision(Entry entry) => entry.Kind is EntryKind.Hold or EntryKind.Release or EntryKind.Void;

    private async Task<Dictionary<long, Decision>> DecisionsAsync(long first, long last, CancellationToken cancellationToken) =>
        (
            await source.ReadAsync(
                """
                select d.entry, d.vote, d.reason, m.moderator from moderated d left join moderations m on m.id = d.moderation
                 where d.entry between @first and @last
                """,
                [("first", first), ("last", last)],
                row =>
                    (
                        row.GetInt64(0),
                        new Decision(row.GetInt64(1), (Reason)row.GetInt16(2), row.IsDBNull(3) ? Decision.Rule : row.GetString(3))
                    ),
                cancellationToken
            )
        ).ToDictionary();

    /// <summary>What <see cref="ReadTotals"/> reads, of totals <c>t</c> and ledger_epoch <c>e</c>.</summary>
    private const string TotalsColumns = "t.tool, t.ship, t.skip, t.version, t.at, e.epoch, t.held, t.void, t.networks";

    protected static ToolTotals ReadTotals(DbDataReader row) =>
        new(
            row.GetString(0),
            row.GetInt64(1),
            row.GetInt64(2),
            row.GetInt64(3),
            Time(row.GetInt64(4)),
            row.GetInt64(5),
            row.GetInt64(6),
            row.GetInt64(7),
            row.IsDBNull(8) ? null : row.GetInt64(8)
        );

    /// <summary>What was confirmed under an older epoch says nothing of this one.</summary>
    protected static (long Epoch, IEnumerable<ToolTotals> Totals) OfNewestEpoch(IReadOnlyList<ToolTotals> totals)
    {
        var epoch = totals.Max(total => total.Epoch);
        return (epoch, totals.Where(total => total.Epoch == epoch));
    }
}
