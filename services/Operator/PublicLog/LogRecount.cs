using System.Diagnostics;
using Contracts.Log;
using Operator.Recounting;

namespace Operator.PublicLog;

/// <param name="Keys">The log's; one of them must have signed.</param>
/// <param name="Witnesses">Whose cosignatures count.</param>
/// <param name="LeastWitnesses">How many of them must have signed.</param>
/// <param name="State">The file that keeps the checkpoint for the next time.</param>
/// <param name="Save">The folder of a copy.</param>
internal sealed record LogQuestion(
    IReadOnlyList<VerifierKey> Keys,
    IReadOnlyList<VerifierKey> Witnesses,
    int LeastWitnesses,
    string? State,
    string? Save
);

/// <param name="Note">The checkpoint as signed: who shows another one of the same log proves a split.</param>
/// <param name="Root">Base64, computed from the entries; null when these could not all be read.</param>
/// <param name="Witnesses">Those that were asked for and signed.</param>
/// <param name="Announced">The keys that entries announce: who trusts the key that signed may trust these from now on.</param>
/// <param name="Since">Size of the earlier checkpoint that this one was proven to extend.</param>
internal sealed record LogFacts(
    string Origin,
    long Entries,
    string? Root,
    int Tools,
    long Votes,
    int Tallies,
    IReadOnlyList<string> Witnesses,
    IReadOnlyList<AnnouncedKey> Announced,
    long? Since,
    string Note,
    double Seconds
);

/// <summary>
/// A stranger's recount: needs the log and the key it signs with, and trusts neither the site nor its database.
/// </summary>
internal sealed class LogRecount(ILogFiles files, LogQuestion question, Func<IReadOnlyList<Claim>, Task<TallyFindings>> compareAsync)
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly List<string> _wrongs = [];
    private readonly EntryCheck _entries = new();

    public async Task<Findings> FindAsync(IProgress<double> progress, CancellationToken cancellationToken)
    {
        var text =
            await files.ReadAsync(FolderFiles.Checkpoint, cancellationToken)
            ?? throw new UnusableException($"{files.Place} holds no log: there is no {FolderFiles.Checkpoint}.");
        var note = System.Text.Encoding.UTF8.GetString(text);
        if (!SignedNote.TryParse(note, out var signed) || !Checkpoint.TryParse(signed.Text, out var checkpoint))
            throw new UnusableException($"{files.Place}{FolderFiles.Checkpoint} is not a checkpoint.");
        if (WrongOfSignature(signed, checkpoint) is { } unsigned)
            return Said(checkpoint, note, null, [], 0, null, unsigned);

        var witnesses = WitnessesOf(signed);
        var copy = question.Save is { } folder ? new LogCopy(folder) : null;
        var before = await BeforeAsync(copy, checkpoint, cancellationToken);
        var tree = new TreeCheck(checkpoint.Size, before.Select(last => last.Checkpoint.Size).ToHashSet());
        if (!await ReadAsync(tree, checkpoint, copy, progress, cancellationToken))
            return Said(checkpoint, note, null, witnesses, 0, null);

        foreach (var last in before.Where(last => last.Checkpoint.Size <= checkpoint.Size))
            Add(last.WrongOf(tree.RootAt(last.Checkpoint.Size)));
        if (!tree.Root.AsSpan().SequenceEqual(checkpoint.Root))
            _wrongs.Add(
                $"The checkpoint signs the root {Convert.ToBase64String(checkpoint.Root)}; the {tree.Size} entries have "
                    + $"{Convert.ToBase64String(tree.Root)}."
            );
        Add(tree.Wrong);
        await KeepAsync(note, copy, cancellationToken);
        Add(_entries.Wrong);
        if (_entries.Unknown is { } unknown)
            _wrongs.Add(_wrongs.Count > 0 ? unknown : throw new UnusableException(unknown));
        var compared = _wrongs.Count == 0 ? await compareAsync(Totals()) : new TallyFindings(0, []);
        _wrongs.AddRange(compared.Wrongs);
        return Said(checkpoint, note, tree.Root, witnesses, compared.Checked, before.Max(last => (long?)last.Checkpoint.Size));
    }

    private string? WrongOfSignature(SignedNote note, Checkpoint checkpoint)
    {
        if (!question.Keys.Any(key => key.Name == checkpoint.Origin))
            return $"The checkpoint is of {Named(checkpoint.Origin)}, the key of {question.Keys[0].Name}.";
        var signed = question.Keys.Where(key => key.Name == checkpoint.Origin).Select(key => (key, Is: note.IsSignedBy(key))).ToList();
        return signed.Exists(one => one.Is == false)
                ? $"The signature under the checkpoint is not that of {signed.First(one => one.Is == false).key}."
            : signed.TrueForAll(one => one.Is is null) ? $"The checkpoint is not signed with {signed[0].key}."
            : null;
    }

    // What nobody signed is not put on a terminal.
    private static string Named(string origin) => SignedNote.IsName(origin) ? $"the log {origin}" : "a log with an invalid name";

    private List<string> WitnessesOf(SignedNote note)
    {
        var signed = question.Witnesses.Select(key => (key.Name, Is: note.IsSignedBy(key))).ToList();
        foreach (var (name, _) in signed.Where(one => one.Is == false))
            _wrongs.Add($"The cosignature of the witness {name} is not its own.");
        var names = signed.Where(one => one.Is == true).Select(one => one.Name).ToList();
        if (names.Count < question.LeastWitnesses)
            _wrongs.Add(
                $"{names.Count} witnesses signed the checkpoint, at least {question.LeastWitnesses} were expected; missing: "
                    + $"{string.Join(", ", signed.Where(one => one.Is != true).Select(one => one.Name))}."
            );
        return names;
    }

    private async Task<List<LastCheckpoint>> BeforeAsync(LogCopy? copy, Checkpoint now, CancellationToken cancellationToken)
    {
        var before = new List<LastCheckpoint>();
        foreach (var path in (string?[])[question.State, copy?.CheckpointPath])
            if (path is not null && await LastCheckpoint.ReadAsync(path, cancellationToken) is { } last)
            {
                before.Add(last);
                Add(last.WrongOf(now));
            }

        return before;
    }

    /// <returns>False when the log lacks something, so that there is no root to compare.</returns>
    private async Task<bool> ReadAsync(
        TreeCheck tree,
        Checkpoint checkpoint,
        LogCopy? copy,
        IProgress<double> progress,
        CancellationToken cancellationToken
    )
    {
        await foreach (var file in new LogReader(files).FilesAsync(checkpoint.Size, cancellationToken))
        {
            if (file.Bytes is null)
            {
                _wrongs.Add($"The checkpoint covers {checkpoint.Size} entries, but the log does not serve {LogReader.PathOf(file.Tile)}.");
                return false;
            }

            if (copy is not null && await copy.KeepAsync(file.Tile, file.Bytes, cancellationToken) is { } differs)
            {
                _wrongs.Add(
                    $"The log was rewritten, or its copy was changed: {differs} holds something else than the log serves now. The "
                        + "copy stays as it is."
                );
                copy = null;
            }

            if (file.Tile.Level is not null)
            {
                tree.Compare(file.Tile, file.Bytes);
                continue;
            }

            if (file.Entries.Count != file.Tile.Width)
            {
                _wrongs.Add(
                    $"Entry {tree.Size} and the following: {LogReader.PathOf(file.Tile)} does not hold exactly {file.Tile.Width} entries."
                );
                return false;
            }

            foreach (var entry in file.Entries)
            {
                _entries.Take(tree.Size, entry);
                tree.Append(entry.Hash);
            }

            tree.CompleteTiles();
            progress.Report((double)tree.Size / checkpoint.Size);
        }

        return true;
    }

    // Only a history that was proven is what the next one must extend; a first copy of a wrong one is evidence.
    private async Task KeepAsync(string note, LogCopy? copy, CancellationToken cancellationToken)
    {
        if (copy is not null && (_wrongs.Count == 0 || !File.Exists(copy.CheckpointPath)))
            await copy.KeepCheckpointAsync(note, cancellationToken);
        if (_wrongs.Count == 0 && question.State is { } state)
            await LogCopy.WriteAsync(state, System.Text.Encoding.UTF8.GetBytes(note), cancellationToken);
    }

    private List<Claim> Totals() =>
        [.. _entries.Totals.Select(total => new Claim("log", total.Tool, total.Version, total.Ship, total.Skip))];

    private void Add(string? wrong)
    {
        if (wrong is not null)
            _wrongs.Add(wrong);
    }

    private Findings Said(
        Checkpoint checkpoint,
        string note,
        byte[]? root,
        IReadOnlyList<string> witnesses,
        int tallies,
        long? since,
        string? wrong = null
    )
    {
        Add(wrong);
        return new Findings(
            _wrongs.Count == 0,
            new LogFacts(
                checkpoint.Origin,
                checkpoint.Size,
                root is null ? null : Convert.ToBase64String(root),
                _entries.Totals.Count,
                _entries.Totals.Sum(total => total.Ship + total.Skip),
                tallies,
                witnesses,
                _wrongs.Count == 0 ? _entries.Keys : [],
                _wrongs.Count == 0 ? since : null,
                note,
                _clock.Elapsed.TotalSeconds
            ),
            _wrongs
        );
    }
}
