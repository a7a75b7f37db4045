using System.Data.Common;
using System.Runtime.CompilerServices;
using Contracts;
using Contracts.Log;
using Hosting.Databases;
using Operator.Recounting;

namespace Operator.Backups;

/// <summary>A ledger in a database that no service runs on, judged by SQL alone, which PostgreSQL and SQLite both understand.</summary>
internal sealed class RestoredLedger(Database database)
{
    // Replaced by what the backup has: those of older releases know votes alone, and no kinds.
    private const string Entries = "ENTRIES";
    private const string Votes = $"(select * from {Entries} v where kind in (0, 4))";

    private static readonly (string Sql, string Wrong)[] Anywhere =
    [
        (
            "select count(*) from (select count(*) as entries, coalesce(max(id), 0) as last_id from entries) extent where entries "
                + "<> last_id",
            "{0} gap between the number of entries and the last id: entries are missing"
        ),
        (
            $"""
            select count(*) from (
                select seq, previous, choice, row_number() over line as place, lag(choice, 1, 0) over line as before
                  from {Votes} n window line as (partition by tool, pseudonym order by id)) h
             where seq <> place or previous <> before or choice = previous
            """,
            "{0} entries that don't follow from the entry before of the same voter and tool"
        ),
        (
            $"""
            select count(*) from (
                select tool, count(*) as version,
                       sum(case when kind = 4 then 0
                           else case choice when 1 then 1 else 0 end - case previous when 1 then 1 else 0 end end) as ship,
                       sum(case when kind = 4 then 0
                           else case choice when 2 then 1 else 0 end - case previous when 2 then 1 else 0 end end) as skip
                  from {Entries} x where kind <> 5 group by tool) e
              full join (select tool, ship, skip, version from totals where version > 0) t on t.tool = e.tool
             where coalesce(t.ship, -1) <> coalesce(e.ship, -1) or coalesce(t.skip, -1) <> coalesce(e.skip, -1)
                 or coalesce(t.version, -1) <> coalesce(e.version, -1)
            """,
            "{0} totals that are not the sum of their entries"
        ),
        (
            $"""
            select count(*) from votes v
             where not exists (select 1 from {Votes} e where e.tool = v.tool and e.pseudonym = v.pseudonym and e.seq = v.seq
                 and e.choice = v.choice and e.at = v.at)
            """,
            "{0} current votes without their entry"
        ),
    ];

    private const short NotCounted = 4;
    private const string Ownerless = "{0} votes that stand in the entries and belong to no voter";

    private const string Newest = $"""
        (select tool, pseudonym, choice, seq, row_number() over (partition by tool, pseudonym order by id desc) as back from {Votes} n)
        """;

    private const string WithoutVoter = $"""
        select count(*) from {Newest} e
         where back = 1 and choice <> 0 and not exists (select 1 from votes v where v.tool = e.tool and v.pseudonym = e.pseudonym)
        """;

    // Backups of older releases have no such table, hence beside the others.
    private static readonly (string Sql, string Wrong)[] WithDue =
    [
        (
            $"""
            {WithoutVoter} and not exists (select 1 from due_withdrawals d where d.tool = e.tool and d.mark = e.pseudonym)
            """,
            Ownerless
        ),
        (
            $"""
            select count(*) from due_withdrawals d
             where not exists (select 1 from {Newest} e
                                where back = 1 and e.tool = d.tool and e.pseudonym = d.mark and e.choice = d.choice and e.seq + 1 = d.seq)
            """,
            "{0} withdrawals of erased voters that don't follow from the entry before"
        ),
    ];

    private static readonly (string Sql, string Wrong) WithStates = (
        """
        select count(*) from votes v left join (
            select tool, pseudonym, kind, row_number() over (partition by tool, pseudonym order by id desc) as back from entries
                where kind between 1 and 3) d
            on d.tool = v.tool and d.pseudonym = v.pseudonym and d.back = 1
         where case when v.state = 0 then 2 when v.state < 100 then 1 else 3 end <> coalesce(d.kind, 2)
        """,
        "{0} votes whose state does not follow from what was decided on them"
    );

    // SQLite has one writer and needs no row to lock.
    private static readonly (string Sql, string Wrong) InPostgres = (
        "select count(*) from ledger_head where last_id <> (select coalesce(max(id), 0) from entries)",
        "{0} head that names another last entry than there is"
    );

    private readonly DbDataSource _source = database.Source;

    /// <returns>Number of entries and the time of the last, UTC.</returns>
    public async Task<(long Entries, DateTimeOffset? LastAt)> ExtentAsync(CancellationToken cancellationToken)
    {
        var entries = await ScalarAsync("select count(*) from entries", cancellationToken);
        var micros = await ScalarAsync("select coalesce(max(at), 0) from entries", cancellationToken);
        return (entries, micros == 0 ? null : Time(micros));
    }

    /// <returns>What is wrong, in words.</returns>
    public async Task<List<string>> WrongsAsync(IProgress<double> progress, CancellationToken cancellationToken)
    {
        var wrongs = new List<string>();
        var hasStates = await HasAsync("moderated", cancellationToken);
        (string Sql, string Wrong)[] checks =
        [
            .. Anywhere,
            .. hasStates ? [WithStates] : ((string, string)[])[],
            .. await HasAsync("due_withdrawals", cancellationToken) ? WithDue : [(WithoutVoter, Ownerless)],
            .. database.Kind is DatabaseKind.Postgres ? [InPostgres] : ((string, string)[])[],
        ];
        for (var place = 0; place < checks.Length; place++)
        {
            var sql = checks[place].Sql.Replace(Entries, EntriesOf(hasStates), StringComparison.Ordinal);
            if (await ScalarAsync(sql, cancellationToken) is > 0 and var count)
                wrongs.Add(string.Format(System.Globalization.CultureInfo.InvariantCulture, checks[place].Wrong, count) + ".");
            progress.Report((place + 1.0) / checks.Length);
        }

        return wrongs;
    }

    /// <returns>All entries in order, as the public feed would say them.</returns>
    public async IAsyncEnumerable<Entry> EntriesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var connection = await _source.OpenConnectionAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        var entries = EntriesOf(await HasAsync("moderated", cancellationToken));
        command.CommandText = $"select id, tool, pseudonym, choice, previous, seq, at, kind from {entries} e order by id";
        command.CommandTimeout = 0;
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
            yield return new Entry(
                rows.GetInt64(0),
                rows.GetString(1),
                Leaf.MarkOf(rows.GetFieldValue<byte[]>(2)),
                Word(rows.GetInt16(3)),
                Word(rows.GetInt16(4)),
                rows.GetInt64(5),
                PublicTime.Of(Time(rows.GetInt64(6))),
                KindOf(rows.GetInt16(7)),
                rows.GetInt16(7) != NotCounted
            );
    }

    private static string EntriesOf(bool hasStates) => hasStates ? "entries" : "(select o.*, 0 as kind from entries o)";

    private async Task<bool> HasAsync(string table, CancellationToken cancellationToken) =>
        await ScalarAsync(
            database.Kind is DatabaseKind.Postgres
                ? $"select count(to_regclass('{table}'))"
                : $"select count(*) from sqlite_master where type = 'table' and name = '{table}'",
            cancellationToken
        ) > 0;

    private async Task<long> ScalarAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = _source.CreateCommand(sql);
        command.CommandTimeout = 0;
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken), System.Globalization.CultureInfo.InvariantCulture);
    }

    private static string KindOf(short kind) =>
        kind switch
        {
            1 => "hold",
            2 => "release",
            3 => "void",
            _ => "vote",
        };

    private static DateTimeOffset Time(long micros) => DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);

    private static string? Word(short choice) =>
        choice switch
        {
            1 => "ship",
            2 => "skip",
            _ => null,
        };
}
