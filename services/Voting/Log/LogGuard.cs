using Contracts.Log;
using Hosting.Configuration;

namespace Voting.Log;

/// <summary>What was signed contradicts what is to be signed: the ledger was restored from a backup, or somebody changed it.</summary>
public sealed class LogForkedException(string reason) : Exception(reason);

/// <summary>
/// A second place that remembers the last checkpoint, apart from the database: a restored backup of the database does not know what was
/// signed after it, and would sign another history under the same name.
/// </summary>
/// <param name="path">A file; null for none.</param>
public sealed class LogGuard(string? path)
{
    public const string Setting = "Log:GuardFile";

    // What this process checked or wrote itself, so that the tree is asked only after somebody else's checkpoint.
    private string? _known;

    public static LogGuard From(IConfiguration configuration) =>
        new(configuration[Setting] is { Length: > 0 } path ? Path.GetFullPath(path) : null);

    /// <summary>Remembers a checkpoint; afterwards it may be shown.</summary>
    /// <param name="rootAsync">The root of the log's first so many entries.</param>
    /// <exception cref="LogForkedException">The checkpoint remembered so far is not the beginning of this one.</exception>
    public async Task RememberAsync(
        Checkpoint checkpoint,
        string note,
        Func<long, Task<byte[]>> rootAsync,
        CancellationToken cancellationToken
    )
    {
        if (path is null)
            return;
        var last = File.Exists(path) ? await File.ReadAllTextAsync(path, cancellationToken) : null;
        if (last is not null && last != _known)
            await CheckAsync(last, checkpoint, rootAsync, path);
        await WriteAsync(path, note, cancellationToken);
        _known = note;
    }

    /// <param name="note">A checkpoint that was signed before.</param>
    /// <param name="place">Where it was kept, for a person.</param>
    /// <exception cref="LogForkedException">It is not the beginning of the next one.</exception>
    internal static async Task CheckAsync(
        string note,
        Checkpoint next,
        Func<long, Task<byte[]>> rootAsync,
        string place = "log_head.checkpoint"
    )
    {
        if (!SignedNote.TryParse(note, out var signed) || !Checkpoint.TryParse(signed.Text, out var last))
            throw new LogForkedException($"{place} does not hold a checkpoint");
        // Another origin is another log.
        if (last.Origin != next.Origin)
            return;
        if (last.Size > next.Size)
            throw new LogForkedException($"{last.Size} entries were signed and the ledger has {next.Size}");
        if (!(await rootAsync(last.Size)).AsSpan().SequenceEqual(last.Root))
            throw new LogForkedException($"the first {last.Size} entries are not those that were signed");
    }

    private static async Task WriteAsync(string path, string note, CancellationToken cancellationToken)
    {
        var next = path + ".next";
        await using (var file = new FileStream(next, PrivateFiles.ToWrite(FileMode.Create)))
        {
            await file.WriteAsync(System.Text.Encoding.UTF8.GetBytes(note), cancellationToken);
            file.Flush(flushToDisk: true);
        }

        File.Move(next, path, overwrite: true);
    }
}
