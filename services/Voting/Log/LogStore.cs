using System.Collections.Concurrent;
using System.Data.Common;
using Contracts.Log;
using Npgsql;
using Voting.Ledger;

namespace Voting.Log;

/// <summary>The log's tables, which PostgreSQL and SQLite read and write by the same statements.</summary>
public sealed class LogStore(DbDataSource source)
{
    // Within the number of parameters that either database takes.
    private const int RowsAtOnce = 200;

    // Of 8 KiB at most: proofs are asked for near the log's end and share the tiles above it.
    private const int MostTiles = 1024;

    // Of some 30 KiB: receipts are checked near the log's end.
    private const int MostBundles = 256;

    // What is known of either stays right: they only grow.
    private readonly ConcurrentDictionary<(int Level, long Number), byte[]> _tiles = [];
    private readonly ConcurrentDictionary<long, byte[]> _bundles = [];

    public async Task<LogHead> HeadAsync(CancellationToken cancellationToken)
    {
        // Witnesses' lines in the same round trip: a row for each, or one without.
        var rows = await source.ReadAsync(
            """
            select size, signed_size, signed_at, checkpoint, owner, owned_until, (select coalesce(max(id), 0) from entries), text, line
              from log_head left join log_cosignatures on true order by witness
            """,
            [],
            row =>
                (
                    Head: new LogHead(
                        row.GetInt64(0),
                        row.GetInt64(1),
                        row.GetInt64(2),
                        row.IsDBNull(3) ? null : row.GetString(3),
                        row.GetString(4),
                        row.GetInt64(5),
                        row.GetInt64(6)
                    ),
                    Text: row.IsDBNull(7) ? null : row.GetString(7),
                    Line: row.IsDBNull(8) ? null : row.GetString(8)
                ),
            cancellationToken
        );
        var head = rows[0].Head;
        var text = head.Checkpoint is null ? null : SignedText(head.Checkpoint);
        return head with { Cosignatures = string.Concat(rows.Where(row => row.Text == text).Select(row => row.Line)) };
    }

    /// <returns>The tile's hashes, or more when it has grown since; null when there is none.</returns>
    public async Task<byte[]?> HashesAsync(Tile tile, CancellationToken cancellationToken) =>
        (
            await source.ReadAsync(
                "select hashes from log_tiles where level = @level and n = @n",
                [("level", tile.Level!.Value), ("n", tile.Number)],
                row => row.GetFieldValue<byte[]>(0),
                cancellationToken
            )
        ).FirstOrDefault();

    /// <returns>The bundle as far as it has grown; null when there is none.</returns>
    public async Task<byte[]?> BundleAsync(long number, CancellationToken cancellationToken) =>
        (
            await source.ReadAsync(
                "select entries from log_bundles where n = @n",
                [("n", number)],
                row => row.GetFieldValue<byte[]>(0),
                cancellationToken
            )
        ).FirstOrDefault();

    public async Task<LoggedTotals?> TotalsAsync(string tool, CancellationToken cancellationToken) =>
        (
            await source.ReadAsync(
                "select version, ship, skip, entry from log_totals where tool = @tool",
                [("tool", tool)],
                row => new LoggedTotals(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3)),
                cancellationToken
            )
        ).FirstOrDefault();

    /// <returns>The entry's bytes; null when the log does not have it.</returns>
    internal async Task<byte[]?> EntryAsync(long index, CancellationToken cancellationToken)
    {
        var (number, place) = (index / Tile.FullWidth, (int)(index % Tile.FullWidth));
        if (_bundles.TryGetValue(number, out var known) && EntryBundle.EntryAt(known, place) is { } entry)
            return entry;
        if (await BundleAsync(number, cancellationToken) is not { } bundle)
            return null;
        if (_bundles.Count >= MostBundles)
            _bundles.Clear();
        return EntryBundle.EntryAt(_bundles[number] = bundle, place);
    }

    /// <summary>Keeps a witness's newest line.</summary>
    /// <param name="checkpoint">The note it stands under.</param>
    internal Task KeepCosignatureAsync(string witness, string checkpoint, string line, CancellationToken cancellationToken) =>
        source.RunAsync(
            """
            insert into log_cosignatures (witness, text, line) values (@witness, @text, @line)
            on conflict (witness) do update set text = excluded.text, line = excluded.line
            """,
            [("witness", witness), ("text", SignedText(checkpoint)), ("line", line)],
            cancellationToken
        );

    private static string SignedText(string checkpoint) => SignedNote.TryParse(checkpoint, out var note) ? note.Text : checkpoint;

    /// <summary>A tree of that size whose tiles are read when they are needed.</summary>
    internal TileTree TreeOf(long size, CancellationToken cancellationToken) =>
        new(
            size,
            async tile =>
            {
                var place = (tile.Level!.Value, tile.Number);
                if (_tiles.TryGetValue(place, out var known) && known.Length >= tile.Width * LogHash.Length)
                    return known;
                var hashes = await HashesAsync(tile, cancellationToken) ?? throw new InvalidDataException($"The log has no tile {tile}.");
                if (_tiles.Count >= MostTiles)
                    _tiles.Clear();
                return _tiles[place] = hashes;
            }
        );

    /// <returns>For each tool with votes that stand, how many stand and how many of them were verified.</returns>
    internal async Task<IReadOnlyDictionary<string, VerifiedAnswer>> VerifiedAsync(CancellationToken cancellationToken) =>
        (
            await source.ReadAsync(
                """
                select t.tool, coalesce(v.verified, 0), t.ship + t.skip
                  from log_totals t left join (select tool, count(*) as verified from log_verified group by tool) v on v.tool = t.tool
                """,
                [],
                row => (Tool: row.GetString(0), Counts: new VerifiedAnswer(row.GetInt64(1), row.GetInt64(2))),
                cancellationToken
            )
        ).ToDictionary(row => row.Tool, row => row.Counts);

    /// <summary>
    /// Remembers that the voter's vote was found in the log. A vote that does not stand changes nothing, nor does one more time.
    /// </summary>
    internal Task<int> KeepVerifiedAsync(HashedVoter voter, string tool, CancellationToken cancellationToken) =>
        source.RunAsync(
            """
            insert into log_verified (tool, mark)
            select tool, pseudonym from votes where voter = @voter and tool = @tool and choice <> 0
            on conflict (tool, mark) do nothing
            """,
            [("voter", voter.Value.ToByteArray()), ("tool", tool)],
            cancellationToken
        );

    /// <summary>
    /// Stores entries and the checkpoint over them, if the log is still where they begin. Durable when this returns, so that the checkpoint
    /// may be shown.
    /// </summary>
    /// <param name="checkpoint">Null when it is not to be signed yet.</param>
    /// <returns>False when another replica was faster; nothing is stored.</returns>
    internal async Task<bool> TryStoreAsync(LogPage page, string? checkpoint, LogLease lease, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // A replica that freezes in here would hold the log's row for as long as it is frozen.
        if (connection is NpgsqlConnection)
            await RunAsync(connection, transaction, "set local idle_in_transaction_session_timeout = '3s'", [], cancellationToken);
        var swapped = await RunAsync(
            connection,
            transaction,
            $"""
            update log_head set size = @size, owner = @owner, owned_until = @until
                   {(checkpoint is null ? "" : ", signed_size = @size, signed_at = @now, checkpoint = @checkpoint")}
             where size = @from {(checkpoint is null ? "" : "and signed_size <= @size")}
            """,
            [
                ("size", page.Size),
                ("from", page.From),
                ("owner", lease.Owner),
                ("until", lease.Until),
                .. checkpoint is null ? [] : ((string, object)[])[("now", lease.Now), ("checkpoint", checkpoint)],
            ],
            cancellationToken
        );
        if (swapped == 0)
            return false;
        await UpsertAsync(
            "log_tiles (level, n, hashes)",
            "(level, n) do update set hashes = excluded.hashes",
            page.Tiles.Select(changed => (object[])[changed.Tile.Level!.Value, changed.Tile.Number, changed.Hashes])
        );
        await UpsertAsync(
            "log_bundles (n, entries)",
            "(n) do update set entries = excluded.entries",
            page.Bundles.Select(bundle => (object[])[bundle.Number, bundle.Entries])
        );
        await UpsertAsync(
            "log_totals (tool, version, ship, skip, entry)",
            "(tool) do update set version = excluded.version, ship = excluded.ship, skip = excluded.skip, entry = excluded.entry",
            page.Totals.Select(total => (object[])[total.Key, total.Value.Version, total.Value.Ship, total.Value.Skip, total.Value.Entry])
        );
        foreach (var some in page.Withdrawn.Chunk(RowsAtOnce))
            await RunAsync(
                connection,
                transaction,
                "delete from log_verified where (tool, mark) in (values "
                    + $"{string.Join(", ", some.Select((_, r) => $"(@tool{r}, @mark{r})"))})",
                [.. some.SelectMany((vote, r) => ((string, object)[])[($"tool{r}", vote.Tool), ($"mark{r}", vote.Mark)])],
                cancellationToken
            );
        await transaction.CommitAsync(cancellationToken);
        return true;

        async Task UpsertAsync(string into, string conflict, IEnumerable<object[]> rows)
        {
            foreach (var some in rows.Chunk(RowsAtOnce))
            {
                var values = some.Select((row, r) => $"({string.Join(", ", row.Select((_, c) => $"@p{r}_{c}"))})");
                var parameters = some.SelectMany((row, r) => row.Select((value, c) => ($"p{r}_{c}", value)));
                await RunAsync(
                    connection,
                    transaction,
                    $"insert into {into} values {string.Join(", ", values)} on conflict {conflict}",
                    [.. parameters],
                    cancellationToken
                );
            }
        }
    }

    private static async Task<int> RunAsync(
        DbConnection connection,
        DbTransaction transaction,
        string sql,
        (string, object)[] parameters,
        CancellationToken cancellationToken
    )
    {
        await using var command = connection.CommandOf(sql, parameters);
        command.Transaction = transaction;
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
