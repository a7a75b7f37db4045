using Contracts.Log;

namespace Operator.PublicLog;

/// <summary>What a log had signed when it was last counted: the log may only have grown since.</summary>
/// <param name="Path">The file that keeps it.</param>
internal sealed record LastCheckpoint(string Path, Checkpoint Checkpoint)
{
    /// <returns>Null when there is no such file yet.</returns>
    /// <exception cref="UnusableException">It is something else.</exception>
    public static async Task<LastCheckpoint?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
            return null;
        var text = await File.ReadAllTextAsync(path, cancellationToken);
        return SignedNote.TryParse(text, out var note) && Checkpoint.TryParse(note.Text, out var checkpoint)
            ? new LastCheckpoint(path, checkpoint)
            : throw new UnusableException($"{path} is not a checkpoint.");
    }

    /// <exception cref="UnusableException">They are of different logs.</exception>
    public string? WrongOf(Checkpoint now)
    {
        if (now.Origin != Checkpoint.Origin)
            throw new UnusableException($"{Path} keeps the checkpoint of {Checkpoint.Origin}, not of {now.Origin}.");
        return now.Size < Checkpoint.Size
            ? $"The log was rewritten: it had {Checkpoint.Size} entries and now has {now.Size}. {Path} holds what it signed before."
            : null;
    }

    /// <param name="root">Of as many entries as there were then.</param>
    public string? WrongOf(byte[] root) =>
        root.AsSpan().SequenceEqual(Checkpoint.Root)
            ? null
            : $"The log was rewritten: its first {Checkpoint.Size} entries had the root {Convert.ToBase64String(Checkpoint.Root)} "
                + "and now have "
                + $"{Convert.ToBase64String(root)}. {Path} holds what it signed before.";
}
