using Contracts.Log;

namespace Operator.PublicLog;

/// <summary>
/// A log whose full tiles are read from an earlier copy, so that only what is new is asked of the site. What the copy holds is not trusted
/// more than the site: the root over all of it must be the one that the log signs now.
/// </summary>
internal sealed class ContinuedFiles(FolderFiles copy, ILogFiles site) : ILogFiles
{
    public string Place => site.Place;

    public async Task<byte[]?> ReadAsync(string path, CancellationToken cancellationToken) =>
        IsFull(path) && await copy.ReadAsync(path, cancellationToken) is { } kept ? kept : await site.ReadAsync(path, cancellationToken);

    // Whatever else there is changes as the log grows.
    private static bool IsFull(string path) =>
        path.StartsWith(LogReader.Tiles, StringComparison.Ordinal)
        && Tile.TryParse(path[LogReader.Tiles.Length..], out var tile)
        && tile.Width == Tile.FullWidth;
}
