using Contracts.Log;

namespace Operator.PublicLog;

/// <summary>Computes the tree from the entries alone and compares with it the tiles that the log serves.</summary>
/// <param name="size">Of the whole tree.</param>
/// <param name="earlier">Sizes at which the root is wanted, too.</param>
internal sealed class TreeCheck(long size, IReadOnlySet<long> earlier)
{
    private readonly TreeEdge _edge = new();
    private readonly Dictionary<Tile, byte[]> _computed = [];
    private readonly Dictionary<long, byte[]> _roots = new() { [0] = LogHash.Empty() };

    /// <summary>The first place where a tile and the entries disagree, in words.</summary>
    public string? Wrong { get; private set; }

    public long Size => _edge.Size;
    public byte[] Root => _edge.Root();

    /// <returns>The root of the first leaves, for a size that was asked for and has been reached.</returns>
    public byte[] RootAt(long leaves) => _roots[leaves];

    public void Append(byte[] leafHash)
    {
        _edge.Append(leafHash);
        if (earlier.Contains(_edge.Size))
            _roots[_edge.Size] = _edge.Root();
    }

    /// <summary>To be called after each bundle, before the tiles above it are compared.</summary>
    public void CompleteTiles()
    {
        foreach (var (tile, hashes) in _edge.TakeChanged())
            if (tile.Width == Tile.FullWidth || _edge.Size == size)
                _computed[tile] = hashes;
    }

    public void Compare(Tile tile, ReadOnlySpan<byte> served)
    {
        if (!_computed.Remove(tile, out var computed) || Wrong is not null)
            return;
        var same = served.CommonPrefixLength(computed);
        if (same == computed.Length && same == served.Length)
            return;
        var place = tile.Number * Tile.FullWidth + same / LogHash.Length;
        Wrong =
            served.Length != computed.Length ? $"Tile {LogReader.PathOf(tile)} has {served.Length} bytes instead of {computed.Length}."
            : tile.Level == 0 ? $"Entry {place}: its hash is not the one in {LogReader.PathOf(tile)}."
            : $"Tile {LogReader.PathOf(tile)} is not made of the tiles below it: hash {place} of level {tile.Level} differs.";
    }
}
