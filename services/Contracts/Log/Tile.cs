using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Contracts.Log;

/// <summary>
/// The address of a tile or an entry bundle, after C2SP <c>tlog-tiles</c>: <c>0/x001/234</c>, <c>entries/000.p/17</c>.
/// </summary>
/// <param name="Level">0 holds the hashes of leaves, each further level those of 256 tiles below; null for a bundle of entries.</param>
/// <param name="Number">From 0, from the left.</param>
/// <param name="Width">How many hashes or entries: 256, or fewer in a partial tile.</param>
public sealed record Tile(int? Level, long Number, int Width = Tile.FullWidth)
{
    public const int FullWidth = 256;

    /// <summary>2^63 leaves need no more levels than these.</summary>
    public const int MaxLevel = 7;

    /// <returns>How many hashes of a level a tree of that size has outside full tiles.</returns>
    public static int PartialWidth(long size, int level) => (int)((size >> (8 * level)) % FullWidth);

    public override string ToString()
    {
        var path = new StringBuilder((Number % 1000).ToString("d3", CultureInfo.InvariantCulture));
        for (var rest = Number / 1000; rest > 0; rest /= 1000)
            path.Insert(0, $"x{(rest % 1000).ToString("d3", CultureInfo.InvariantCulture)}/");
        path.Insert(0, Level is { } level ? $"{level.ToString(CultureInfo.InvariantCulture)}/" : "entries/");
        return Width == FullWidth ? path.ToString() : $"{path}.p/{Width.ToString(CultureInfo.InvariantCulture)}";
    }

    /// <summary>Reads what <see cref="ToString"/> writes; there is one way to write each address.</summary>
    public static bool TryParse(string path, [NotNullWhen(true)] out Tile? tile)
    {
        tile = null;
        var (address, width) = path.Split(".p/") switch
        {
            [var full] => (full, FullWidth),
            [var partial, var number] when int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var count) => (
                partial,
                count
            ),
            _ => ("", 0),
        };
        if (width is < 1 or > FullWidth || address.Split('/') is not [var first, .. { Length: > 0 and <= 6 } groups])
            return false;
        int? level = null;
        if (first != "entries")
        {
            if (!int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) || parsed > MaxLevel)
                return false;
            level = parsed;
        }

        var n = 0L;
        foreach (var group in groups)
        {
            if (!int.TryParse(group.TrimStart('x'), NumberStyles.None, CultureInfo.InvariantCulture, out var thousandth))
                return false;
            n = n * 1000 + thousandth;
        }

        var read = new Tile(level, n, width);
        tile = read.ToString() == path ? read : null;
        return tile is not null;
    }
}
