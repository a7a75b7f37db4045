namespace Contracts.Log;

/// <summary>
/// A Merkle tree that grows: only its right edge, the last tile of each level, is held. What appending completes or changes is given out as
/// tiles.
/// </summary>
public sealed class TreeEdge
{
    private readonly List<List<byte[]>> _levels = [];
    private readonly List<(Tile Tile, byte[] Hashes)> _full = [];
    private bool _grown;

    /// <summary>A tree without leaves.</summary>
    public TreeEdge() { }

    /// <summary>A tree of that size, from its tiles.</summary>
    /// <param name="hashes">The hashes of a partial tile; what follows its width is ignored.</param>
    /// <exception cref="InvalidDataException">A tile holds fewer hashes than the size demands.</exception>
    public TreeEdge(long size, Func<Tile, byte[]> hashes)
    {
        Size = size;
        for (var level = 0; size >> (8 * level) > 0 && level <= Tile.MaxLevel; level++)
        {
            var width = Tile.PartialWidth(size, level);
            var row = new List<byte[]>(Tile.FullWidth);
            _levels.Add(row);
            if (width == 0)
                continue;
            var tile = new Tile(level, size >> (8 * (level + 1)), width);
            var stored = hashes(tile);
            if (stored.Length < width * LogHash.Length)
                throw new InvalidDataException($"Tile {tile} has {stored.Length} bytes instead of {width * LogHash.Length}.");
            for (var place = 0; place < width; place++)
                row.Add(stored[(place * LogHash.Length)..((place + 1) * LogHash.Length)]);
        }
    }

    /// <summary>How many leaves.</summary>
    public long Size { get; private set; }

    public void Append(byte[] leafHash)
    {
        (Size, _grown) = (Size + 1, true);
        for (var (level, hash) = (0, leafHash); ; level++)
        {
            if (level == _levels.Count)
                _levels.Add(new List<byte[]>(Tile.FullWidth));
            var row = _levels[level];
            row.Add(hash);
            if (row.Count < Tile.FullWidth)
                return;
            hash = LogHash.OfRow([.. row]);
            _full.Add((new Tile(level, (Size >> (8 * (level + 1))) - 1), Joined(row)));
            row.Clear();
        }
    }

    public byte[] Root()
    {
        byte[]? below = null;
        foreach (var row in _levels)
        {
            byte[][] whole = below is null ? [.. row] : [.. row, below];
            if (whole.Length > 0)
                below = LogHash.OfRow(whole);
        }

        return below ?? LogHash.Empty();
    }

    /// <returns>The tiles that were completed or have grown since the last call, each with its hashes.</returns>
    public List<(Tile Tile, byte[] Hashes)> TakeChanged()
    {
        var changed = _full.ToList();
        _full.Clear();
        if (_grown)
            for (var level = 0; level < _levels.Count; level++)
                if (_levels[level] is { Count: > 0 } row)
                    changed.Add((new Tile(level, Size >> (8 * (level + 1)), row.Count), Joined(row)));
        _grown = false;
        return changed;
    }

    private static byte[] Joined(List<byte[]> row)
    {
        var hashes = new byte[row.Count * LogHash.Length];
        for (var place = 0; place < row.Count; place++)
            row[place].CopyTo(hashes, place * LogHash.Length);
        return hashes;
    }
}
