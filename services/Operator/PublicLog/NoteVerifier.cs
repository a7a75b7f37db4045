using System.Buffers.Binary;
using Contracts.Log;
using NSec.Cryptography;

namespace Operator.PublicLog;

/// <summary>Checks who signed a note. Ed25519 is libsodium's: .NET has none.</summary>
internal static class NoteVerifier
{
    /// <returns>Null when the note has no signature that claims to be that key's; otherwise whether it is.</returns>
    public static bool? IsSignedBy(this SignedNote note, VerifierKey key) =>
        note.Signatures.FirstOrDefault(line => line.Name == key.Name && line.KeyId == key.Id) is { } signature
            ? Verifies(note, key, signature.Signature)
            : null;

    private static bool Verifies(SignedNote note, VerifierKey key, byte[] value)
    {
        if (
            !PublicKey.TryImport(SignatureAlgorithm.Ed25519, key.PublicKey, KeyBlobFormat.RawPublicKey, out var publicKey)
            || publicKey is null
        )
            return false;
        // A witness puts the time it signed at before its signature.
        if (key.Type == VerifierKey.Ed25519)
            return SignatureAlgorithm.Ed25519.Verify(publicKey, note.SignedBytes(), value);
        return value.Length > sizeof(ulong)
            && SignatureAlgorithm.Ed25519.Verify(
                publicKey,
                note.CosignedBytes(BinaryPrimitives.ReadUInt64BigEndian(value)),
                value.AsSpan(sizeof(ulong))
            );
    }
}
