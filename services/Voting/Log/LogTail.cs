using Contracts.Log;
using Voting.Ledger;

namespace Voting.Log;

/// <summary>The end of the log, in memory: what is needed to add entries to it.</summary>
internal sealed class LogTail
{
    private readonly LogStore _store;
    private readonly TreeEdge _tree;
    private readonly List<byte> _bundle;
    private readonly Dictionary<string, LoggedTotals> _totals = [];

    private LogTail(LogStore store, TreeEdge tree, List<byte> bundle) => (_store, _tree, _bundle) = (store, tree, bundle);

    public long Size => _tree.Size;

    public byte[] Root() => _tree.Root();

    public static async Task<LogTail> LoadAsync(LogStore store, long size, CancellationToken cancellationToken)
    {
        var tiles = new Dictionary<Tile, byte[]>();
        for (var level = 0; size >> (8 * level) > 0 && level <= Tile.MaxLevel; level++)
        {
            var tile = new Tile(level, size >> (8 * (level + 1)), Tile.PartialWidth(size, level));
            if (tile.Width > 0)
                tiles[tile] =
                    await store.HashesAsync(tile, cancellationToken) ?? throw new InvalidDataException($"The log has no tile {tile}.");
        }

        var started = (int)(size % Tile.FullWidth);
        var bundle = started == 0 ? [] : await store.BundleAsync(size / Tile.FullWidth, cancellationToken) ?? [];
        var length = EntryBundle.LengthOf(bundle, started) ?? throw new InvalidDataException($"The log has not all entries before {size}.");
        return new LogTail(store, new TreeEdge(size, tile => tiles[tile]), [.. bundle[..length]]);
    }

    /// <param name="entries">Those that follow in the ledger.</param>
    /// <exception cref="InvalidDataException">An id is missing.</exception>
    public async Task<LogPage> AppendAsync(IReadOnlyList<Entry> entries, CancellationToken cancellationToken)
    {
        var from = Size;
        var bundles = new List<(long, byte[])>();
        var moved = new Dictionary<string, LoggedTotals>();
        var withdrawn = new List<(string, byte[])>();
        foreach (var entry in entries)
        {
            if (entry.Id != Size + 1)
                throw new InvalidDataException($"The ledger's entry {Size + 1} is missing.");
            var leaf = await LeafOfAsync(entry, cancellationToken);
            if (entry.Key is null)
                moved[entry.Tool] = _totals[entry.Tool];
            if (entry.Key is null && entry.Choice is Choice.Withdrawn)
                withdrawn.Add((entry.Tool, entry.Pseudonym.ToByteArray()));
            EntryBundle.Append(_bundle, leaf);
            _tree.Append(LogHash.OfLeaf(leaf));
            if (Size % Tile.FullWidth != 0)
                continue;
            bundles.Add((Size / Tile.FullWidth - 1, [.. _bundle]));
            _bundle.Clear();
        }

        if (_bundle.Count > 0 && Size > from)
            bundles.Add((Size / Tile.FullWidth, [.. _bundle]));
        return new LogPage(from, Size, _tree.TakeChanged(), bundles, moved, withdrawn);
    }

    private async Task<byte[]> LeafOfAsync(Entry entry, CancellationToken cancellationToken)
    {
        if (entry.Key is { } announced)
            return VerifierKey.TryParse(announced, out var key)
                ? new KeyLeaf(key, Leaf.TimeOf(entry.At)).ToBytes()
                : throw new InvalidDataException($"The ledger's entry {entry.Id} announces no key.");
        if (!_totals.TryGetValue(entry.Tool, out var before))
            before = await _store.TotalsAsync(entry.Tool, cancellationToken) ?? new LoggedTotals(0, 0, 0, 0);
        var counted = entry.Kind is EntryKind.VoteNotCounted ? default : default(TotalsDelta).With(entry.Previous, entry.Choice);
        var after = _totals[entry.Tool] = new LoggedTotals(
            before.Version + 1,
            before.Ship + counted.Ship,
            before.Skip + counted.Skip,
            Size
        );
        if (entry.Decision is { } decision)
            return new DecisionLeaf(
                KindOf(entry.Kind),
                entry.Tool,
                after.Version,
                after.Ship,
                after.Skip,
                decision.Vote - 1,
                decision.Reason.Word()!,
                decision.Moderator,
                Leaf.TimeOf(entry.At)
            ).ToBytes();
        return new Leaf(
            entry.Tool,
            after.Version,
            after.Ship,
            after.Skip,
            entry.Choice.Word() ?? "-",
            entry.Previous.Word() ?? "-",
            entry.Seq,
            Leaf.MarkOf(entry.Pseudonym.ToByteArray()),
            Leaf.TimeOf(entry.At)
        ).ToBytes();
    }

    private static string KindOf(EntryKind kind) =>
        kind switch
        {
            EntryKind.Hold => DecisionLeaf.Hold,
            EntryKind.Release => DecisionLeaf.Release,
            _ => DecisionLeaf.Void,
        };
}
