using System.Runtime.CompilerServices;
using Contracts.Log;

namespace Operator.PublicLog;

/// <summary>One file of the log.</summary>
/// <param name="Bytes">As served; null when the log does not have it.</param>
/// <param name="Entries">Of a bundle; fewer than its width when it is not what it should be.</param>
internal sealed record LogFile(Tile Tile, byte[]? Bytes, IReadOnlyList<LogEntry> Entries);

/// <param name="Vote">Null when the entry is not a vote.</param>
internal readonly record struct LogEntry(byte[] Bytes, byte[] Hash, Leaf? Vote);

/// <summary>
/// Reads a log's files in the order of its growth: each bundle, then the tiles that it completes. Several are on their way at a time, and
/// are hashed and parsed there, so that more than one core is at work.
/// </summary>
internal sealed class LogReader(ILogFiles files)
{
    private const int Ahead = 32;

    public const string Tiles = "tile/";

    public static string PathOf(Tile tile) => $"{Tiles}{tile}";

    public async IAsyncEnumerable<LogFile> FilesAsync(long size, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var abandon = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            var underway = new Queue<Task<LogFile>>();
            foreach (var tile in TilesOf(size))
            {
                underway.Enqueue(Task.Run(() => FileAsync(tile, abandon.Token), abandon.Token));
                if (underway.Count == Ahead)
                    yield return await underway.Dequeue();
            }

            while (underway.TryDequeue(out var next))
                yield return await next;
        }
        finally
        {
            await abandon.CancelAsync();
        }
    }

    private static IEnumerable<Tile> TilesOf(long size)
    {
        for (var bundle = 0L; bundle < size / Tile.FullWidth; bundle++)
        {
            yield return new Tile(null, bundle);
            var (level, number) = (0, bundle);
            yield return new Tile(level, number);
            while (number % Tile.FullWidth == Tile.FullWidth - 1 && level < Tile.MaxLevel)
            {
                (level, number) = (level + 1, number / Tile.FullWidth);
                yield return new Tile(level, number);
            }
        }

        if (Tile.PartialWidth(size, 0) is > 0 and var rest)
            yield return new Tile(null, size / Tile.FullWidth, rest);
        for (var level = 0; level < Tile.MaxLevel && size >> (8 * level) > 0; level++)
            if (Tile.PartialWidth(size, level) is > 0 and var width)
                yield return new Tile(level, size >> (8 * (level + 1)), width);
    }

    private async Task<LogFile> FileAsync(Tile tile, CancellationToken cancellationToken)
    {
        var bytes = await files.ReadAsync(PathOf(tile), cancellationToken) ?? await BeginningOfFullAsync(tile, cancellationToken);
        return new LogFile(tile, bytes, bytes is null || tile.Level is not null ? [] : EntriesOf(tile, bytes));
    }

    // A log may drop a partial file once there is the full one.
    private async Task<byte[]?> BeginningOfFullAsync(Tile tile, CancellationToken cancellationToken)
    {
        if (tile.Width == Tile.FullWidth)
            return null;
        var full = await files.ReadAsync(PathOf(tile with { Width = Tile.FullWidth }), cancellationToken);
        var length = tile.Level is null && full is not null ? EntryBundle.LengthOf(full, tile.Width) : tile.Width * LogHash.Length;
        return full is not null && length <= full.Length ? full[..length.Value] : full;
    }

    private static List<LogEntry> EntriesOf(Tile tile, byte[] bytes) =>
        EntryBundle.LengthOf(bytes, tile.Width) != bytes.Length
            ? []
            : EntryBundle
                .Entries(bytes, tile.Width)
                .ConvertAll(entry => new LogEntry(entry, LogHash.OfLeaf(entry), Leaf.TryParse(entry, out var vote) ? vote : null));
}
