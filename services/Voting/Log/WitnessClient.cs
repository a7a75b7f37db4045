using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;
using Contracts.Log;
using NSec.Cryptography;

namespace Voting.Log;

/// <summary>Asks one witness for its cosignature, after C2SP <c>tlog-witness</c>.</summary>
internal sealed class WitnessClient(WitnessSettings witness, HttpClient http)
{
    // What the witness signed last, as far as it is known; it says so itself when it is asked from another size.
    private long _old;

    public VerifierKey Key => witness.Key;

    /// <param name="note">The checkpoint as signed by the log.</param>
    /// <param name="size">Its size.</param>
    /// <param name="tree">The tree of that size.</param>
    /// <returns>The line to stand under the checkpoint; null when the witness knows another size and has to be asked again.</returns>
    /// <exception cref="HttpRequestException">The witness does not answer, or refuses.</exception>
    /// <exception cref="InvalidDataException">Its answer is not its cosignature.</exception>
    public async Task<string?> AskAsync(string note, long size, TileTree tree, CancellationToken cancellationToken)
    {
        var proof = _old > 0 && _old < size ? await tree.ConsistencyAsync(_old) : [];
        var body = new StringBuilder().Append(CultureInfo.InvariantCulture, $"old {_old}\n");
        foreach (var hash in proof)
            body.Append(Convert.ToBase64String(hash)).Append('\n');
        using var request = new StringContent(body.Append('\n').Append(note).ToString(), Encoding.UTF8);
        using var answer = await http.PostAsync(new Uri(witness.Url, "add-checkpoint"), request, cancellationToken);
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        if (
            answer.StatusCode is HttpStatusCode.Conflict
            && long.TryParse(text, CultureInfo.InvariantCulture, out var known)
            && known != _old
        )
        {
            // One that has signed more than there is has seen another history.
            _old = known <= size ? known : throw new InvalidDataException($"it has signed {known} entries of a log that has {size}");
            return null;
        }

        answer.EnsureSuccessStatusCode();
        var line = LineOf(note, text);
        _old = size;
        return line;
    }

    private string LineOf(string note, string lines)
    {
        if (!SignedNote.TryParse(note + lines, out var signed))
            throw new InvalidDataException("its answer is not a list of signatures");
        var own = signed.Signatures.FirstOrDefault(line => line.Name == witness.Key.Name && line.KeyId == witness.Key.Id);
        return own is not null && IsSignedBy(signed, own.Signature)
            ? own.ToString()
            : throw new InvalidDataException("its answer does not hold a cosignature under its key");
    }

    private bool IsSignedBy(SignedNote note, byte[] value) =>
        value.Length > sizeof(ulong)
        && PublicKey.TryImport(SignatureAlgorithm.Ed25519, witness.Key.PublicKey, KeyBlobFormat.RawPublicKey, out var key)
        && SignatureAlgorithm.Ed25519.Verify(
            key!,
            note.CosignedBytes(BinaryPrimitives.ReadUInt64BigEndian(value)),
            value.AsSpan(sizeof(ulong))
        );
}
