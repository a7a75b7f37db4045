namespace Contracts.Log;

/// <summary>A Merkle tree of a given size as its tiles hold it: roots and proofs, of it and of every smaller one.</summary>
/// <param name="size">Leaves.</param>
/// <param name="hashesAsync">The hashes of a full tile, or at least those a tree of that size has of it. Asked once for each tile.</param>
public sealed class TileTree(long size, Func<Tile, Task<byte[]>> hashesAsync)
{
    private readonly Dictionary<(int, long), byte[]> _tiles = [];

    /// <returns>The root of the first <paramref name="leaves"/> leaves.</returns>
    public async Task<byte[]> RootAsync(long leaves) => leaves == 0 ? LogHash.Empty() : await RangeAsync(0, leaves);

    /// <returns>The hashes beside the way from a leaf to the root, the lowest first.</returns>
    public async Task<List<byte[]>> InclusionAsync(long index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        var proof = new List<byte[]>();
        for (var (from, to) = (0L, size); to - from > 1;)
        {
            var middle = from + LogHash.LargestPowerOfTwoBelow(to - from);
            var isLeft = index < middle;
            proof.Add(isLeft ? await RangeAsync(middle, to) : await RangeAsync(from, middle));
            (from, to) = isLeft ? (from, middle) : (middle, to);
        }

        proof.Reverse();
        return proof;
    }

    /// <returns>The hashes that show the first <paramref name="old"/> leaves to be the beginning of this tree, as in RFC 6962,
    /// 2.1.2.</returns>
    public async Task<List<byte[]>> ConsistencyAsync(long old)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(old, size);
        var proof = new List<byte[]>();
        if (old == 0 || old == size)
            return proof;
        var (from, to) = (0L, size);
        while (from < old && old < to)
        {
            var middle = from + LogHash.LargestPowerOfTwoBelow(to - from);
            var isLeft = old <= middle;
            proof.Add(isLeft ? await RangeAsync(middle, to) : await RangeAsync(from, middle));
            (from, to) = isLeft ? (from, middle) : (middle, to);
        }

        // The old tree's last subtree; when it is the whole old tree, the verifier has its root already.
        if (from > 0)
            proof.Add(await RangeAsync(from, to));
        proof.Reverse();
        return proof;
    }

    private async Task<byte[]> RangeAsync(long from, long to)
    {
        var count = to - from;
        if (long.IsPow2(count) && from % count == 0)
            return await SubtreeAsync((int)long.Log2(count), from / count);
        var middle = from + LogHash.LargestPowerOfTwoBelow(count);
        var (left, right) = (await RangeAsync(from, middle), await RangeAsync(middle, to));
        return LogHash.OfNode(left, right);
    }

    private async Task<byte[]> SubtreeAsync(int height, long number)
    {
        var (level, above) = (height / 8, height % 8);
        var first = number << above;
        var tile = await TileAsync(level, first / Tile.FullWidth);
        var row = new byte[1 << above][];
        for (var place = 0; place < row.Length; place++)
        {
            var at = ((int)(first % Tile.FullWidth) + place) * LogHash.Length;
            row[place] = tile[at..(at + LogHash.Length)];
        }

        return LogHash.OfRow(row);
    }

    private async Task<byte[]> TileAsync(int level, long number)
    {
        if (_tiles.TryGetValue((level, number), out var known))
            return known;
        var width = (int)Math.Min(Tile.FullWidth, (size >> (8 * level)) - number * Tile.FullWidth);
        return _tiles[(level, number)] = await hashesAsync(new Tile(level, number, width));
    }
}
