using System.Buffers.Binary;
using System.Globalization;
using Contracts.Log;
using NSec.Cryptography;
using Operator.PublicLog;

namespace Operator.Witnessing;

/// <param name="Status">200, 400, 403, 404, 409 or 422.</param>
/// <param name="Body">Cosignature lines; the latest size for 409; otherwise a sentence.</param>
internal sealed record WitnessAnswer(int Status, string Body);

/// <summary>
/// Signs that a checkpoint extends the one before, after C2SP <c>tlog-witness</c>. It has seen one history of each log, and never signs a
/// second one.
/// </summary>
/// <param name="logs">Keys whose checkpoints it looks at; a log that changes keys has several.</param>
/// <param name="folder">One file for each log.</param>
internal sealed class Witness(IReadOnlyList<VerifierKey> logs, string name, Key key, string folder, TimeProvider timeProvider) : IDisposable
{
    private readonly Dictionary<string, WitnessedSize> _latest = logs.Select(log => log.Name)
        .Distinct()
        .ToDictionary(origin => origin, origin => new WitnessedSize(Path.Combine(folder, FileOf(origin))));
    private readonly Lock _oneAtATime = new();

    public VerifierKey Key { get; } = new(name, VerifierKey.Cosignature, key.Public());

    public WitnessAnswer Add(string body)
    {
        if (!AddCheckpoint.TryParse(body, out var request))
            return new WitnessAnswer(400, "The body is not old, a proof and a checkpoint.");
        var (note, checkpoint) = (request.Note, request.Checkpoint);
        if (!_latest.TryGetValue(checkpoint.Origin, out var latest))
            return new WitnessAnswer(404, "The log is not known here.");
        if (!logs.Any(log => log.Name == checkpoint.Origin && note.IsSignedBy(log) == true))
            return new WitnessAnswer(403, "The checkpoint is not signed by the log.");
        if (request.OldSize > checkpoint.Size)
            return new WitnessAnswer(400, "The old size is above the checkpoint's.");
        lock (_oneAtATime)
        {
            var root = latest.Root ?? LogHash.Empty();
            if (request.OldSize != latest.Size || (latest.Size == checkpoint.Size && !root.AsSpan().SequenceEqual(checkpoint.Root)))
                return new WitnessAnswer(409, latest.Size.ToString(CultureInfo.InvariantCulture) + "\n");
            if (!LogProof.IsExtended(latest.Size, root, checkpoint.Size, checkpoint.Root, request.Proof))
                return new WitnessAnswer(422, "The proof does not show that the checkpoint extends the one before.");
            // On the disk first: what was signed once may never be forgotten.
            latest.Keep(checkpoint);
        }

        return new WitnessAnswer(200, Cosign(note).ToString());
    }

    public void Dispose()
    {
        foreach (var latest in _latest.Values)
            latest.Dispose();
        key.Dispose();
    }

    private NoteSignature Cosign(SignedNote note)
    {
        var time = (ulong)timeProvider.GetUtcNow().ToUnixTimeSeconds();
        var value = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(value, time);
        return new NoteSignature(Key.Name, Key.Id, [.. value, .. SignatureAlgorithm.Ed25519.Sign(key, note.CosignedBytes(time))]);
    }

    // An origin may hold slashes; on every disk its escaped form is a file's name.
    private static string FileOf(string origin) => Uri.EscapeDataString(origin);
}
