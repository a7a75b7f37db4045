using Bench.Servers;
using Testing.Machine;

namespace Bench.Load;

/// <summary>
/// Fills a ledger with voters who each voted once, a vote on each tool in turn, as votes would have written them. Bytes of voters and
/// pseudonyms are hashes of the row's number, so that both tables can be made at the same time and still belong together; a voter's begin
/// with a set bit and a time, as Voting's do.
/// </summary>
internal static class OldVotes
{
    /// <summary>
    /// Fifty million rows in minutes: nothing is logged ahead (the server does not have to when it made the table in the same transaction),
    /// and each index is built once from sorted rows.
    /// </summary>
    /// <param name="whole">Its PostgreSQL is started again twice; services must bear that.</param>
    /// <param name="database">A ledger that nobody votes on meanwhile.</param>
    public static async Task ManyAsync(Whole whole, string database, string tools, long rows)
    {
        await RestartAsync(
            whole,
            "alter system set wal_level = minimal; alter system set max_wal_senders = 0; alter system set max_wal_size = '16GB'"
        );
        await Task.WhenAll(
            whole.SqlAsync(
                $"begin; {Fast} alter table entries disable trigger user; truncate entries; alter table entries drop constraint entries_pkey; {Entries(tools, rows)}; alter table entries add primary key (id); commit",
                database
            ),
            whole.SqlAsync(
                $"begin; {Fast} truncate votes; alter table votes drop constraint votes_pkey; {Standing(tools, rows)}; alter table votes add primary key (voter, tool); commit",
                database
            )
        );
        await whole.SqlAsync(Head(tools, rows), database);
        // What a ledger of that age has behind it; else the server would do it in the midst of a round.
        await Task.WhenAll(
            whole.SqlAsync("vacuum (freeze, analyze) entries", database),
            whole.SqlAsync("vacuum (freeze, analyze) votes", database)
        );
        await RestartAsync(whole, "alter system reset all");
    }

    /// <summary>The ledger holds these few rows from now on and no others, under whatever plans its connections have.</summary>
    public static Task FewAsync(Whole whole, string database, string tools, long rows) =>
        whole.SqlAsync(
            $"begin; select last_id from ledger_head for update; alter table entries disable trigger user; truncate entries, votes; {Entries(tools, rows)}; {Standing(tools, rows)}; {Head(tools, rows)}; commit; vacuum (freeze, analyze) entries, votes",
            database
        );

    private const string Fast = "set local maintenance_work_mem = '2GB'; set local max_parallel_maintenance_workers = 1;";

    private static string Entries(string tools, long rows) =>
        $"""
            insert into entries (id, tool, pseudonym, choice, previous, seq, at)
            select n, '{tools}-' || (n % 100 + 1), decode(md5('p' || n), 'hex'), 1 + n % 2, 0, 1, {At} + n from generate_series(1, {rows}) n
            """;

    private static string Standing(string tools, long rows) =>
        $"""
            insert into votes (voter, tool, pseudonym, choice, seq, at)
            select {Voter}, '{tools}-' || (n % 100 + 1), decode(md5('p' || n), 'hex'), 1 + n % 2, 1, {At} + n from generate_series(1, {rows}) n
            """;

    // A thousand voters a second.
    private static string Voter =>
        Tokens.ByChance
            ? "decode('f' || substr(md5('v' || n), 2), 'hex')"
            : "decode(to_hex(8388608 | ((1700000000 + n / 1000) >> 10)) || substr(md5('v' || n), 7), 'hex')";

    // Versions only grow, as for a ledger to which the entries were added.
    private static string Head(string tools, long rows) =>
        $"""
            insert into totals as t (tool, ship, skip, version, at)
            select '{tools}-' || (n % 100 + 1), count(*) filter (where n % 2 = 0), count(*) filter (where n % 2 = 1), count(*), {At} + max(n) from generate_series(1, {rows}) n group by 1
            on conflict (tool) do update set ship = excluded.ship, skip = excluded.skip, version = t.version + excluded.version;
            update ledger_head set last_id = {rows}, last_at = {At} + {rows}
            """;

    // Microseconds since 1970: some day in 2023.
    private const string At = "1700000000000000::bigint";

    private static async Task RestartAsync(Whole whole, string change)
    {
        // Each on its own, as no transaction may change the server's settings.
        foreach (var statement in change.Split(';'))
            await whole.SqlAsync(statement, "postgres");
        await whole.SqlAsync("checkpoint", "postgres");
        await whole.Postgres.Send(UnixSignal.Interrupt);
        await whole.Postgres.StartAndWait();
    }
}
