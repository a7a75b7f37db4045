using System.Buffers.Binary;
using Contracts.Log;
using NSec.Cryptography;

namespace Testing.Logs;

/// <summary>Somebody with an Ed25519 key and a name: a log, or a witness.</summary>
public sealed class Signer(string name) : IDisposable
{
    private readonly Key _key = Key.Create(SignatureAlgorithm.Ed25519);

    public VerifierKey LogKey => new(name, VerifierKey.Ed25519, PublicKey);

    public VerifierKey WitnessKey => new(name, VerifierKey.Cosignature, PublicKey);

    private byte[] PublicKey => _key.PublicKey.Export(KeyBlobFormat.RawPublicKey);

    public NoteSignature Sign(SignedNote note) => new(name, LogKey.Id, SignatureAlgorithm.Ed25519.Sign(_key, note.SignedBytes()));

    /// <param name="time">Seconds since 1970.</param>
    public NoteSignature Cosign(SignedNote note, ulong time)
    {
        var value = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(value, time);
        return new NoteSignature(name, WitnessKey.Id, [.. value, .. SignatureAlgorithm.Ed25519.Sign(_key, note.CosignedBytes(time))]);
    }

    public void Dispose() => _key.Dispose();
}
