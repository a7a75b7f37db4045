using Contracts.Log;

namespace Operator.PublicLog;

/// <summary>
/// A static copy of a log. Files of a log never change, so one that is there already is compared and never written over: an earlier copy
/// is the proof that history was rewritten.
/// </summary>
internal sealed class LogCopy(string folder)
{
    public string CheckpointPath => Path.Combine(folder, FolderFiles.Checkpoint);

    /// <returns>The path of a file that is there and holds something else; null when all is well.</returns>
    public async Task<string?> KeepAsync(Tile tile, byte[] bytes, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, LogReader.PathOf(tile));
        if (!File.Exists(path))
        {
            await WriteAsync(path, bytes, cancellationToken);
            return null;
        }

        var kept = await File.ReadAllBytesAsync(path, cancellationToken);
        return bytes.AsSpan().SequenceEqual(kept) ? null : path;
    }

    /// <summary>Comes last: a copy that was broken off has no checkpoint, or still its earlier one.</summary>
    public Task KeepCheckpointAsync(string note, CancellationToken cancellationToken) =>
        WriteAsync(CheckpointPath, System.Text.Encoding.UTF8.GetBytes(note), cancellationToken);

    /// <summary>Writes a file whole or not at all.</summary>
    public static async Task WriteAsync(string path, byte[] bytes, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var part = $"{path}.part";
        await File.WriteAllBytesAsync(part, bytes, cancellationToken);
        File.Move(part, path, overwrite: true);
    }
}
