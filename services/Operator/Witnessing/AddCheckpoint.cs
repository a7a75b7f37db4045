using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Contracts.Log;

namespace Operator.Witnessing;

/// <summary>What a log asks of a witness, after C2SP <c>tlog-witness</c>: that a checkpoint extends the one of the old size.</summary>
internal sealed record AddCheckpoint(long OldSize, IReadOnlyList<byte[]> Proof, SignedNote Note, Checkpoint Checkpoint)
{
    private const string Old = "old ";
    private const int MostHashes = 63;

    public static bool TryParse(string body, [NotNullWhen(true)] out AddCheckpoint? request)
    {
        request = null;
        var end = body.IndexOf("\n\n", StringComparison.Ordinal);
        if (end < 0 || body[..end].Split('\n') is not [var first, .. { Length: <= MostHashes } lines])
            return false;
        if (!first.StartsWith(Old, StringComparison.Ordinal) || !TryReadSize(first[Old.Length..], out var old))
            return false;
        var proof = new List<byte[]>();
        foreach (var line in lines)
        {
            var hash = new byte[LogHash.Length];
            if (!Convert.TryFromBase64String(line, hash, out var length) || length != hash.Length || Convert.ToBase64String(hash) != line)
                return false;
            proof.Add(hash);
        }

        if (!SignedNote.TryParse(body[(end + 2)..], out var note) || !Checkpoint.TryParse(note.Text, out var checkpoint))
            return false;
        request = new AddCheckpoint(old, proof, note, checkpoint);
        return true;
    }

    private static bool TryReadSize(string digits, out long size) =>
        long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out size)
        && size.ToString(CultureInfo.InvariantCulture) == digits;
}
