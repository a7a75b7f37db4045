using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Contracts.Log;

/// <summary>A public key with the name it signs under, after C2SP <c>signed-note</c>: <c>name+keyID+base64(type ‖ key)</c>.</summary>
/// <param name="Type">See <see cref="Ed25519"/> and <see cref="Cosignature"/>.</param>
public sealed record VerifierKey(string Name, byte Type, byte[] PublicKey)
{
    /// <summary>Signs the note's text.</summary>
    public const byte Ed25519 = 0x01;

    /// <summary>Signs the time before the note's text: a witness.</summary>
    public const byte Cosignature = 0x04;

    public const int PublicKeyLength = 32;

    public uint Id =>
        System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(
            SHA256.HashData([.. Encoding.UTF8.GetBytes(Name), (byte)'\n', Type, .. PublicKey])
        );

    public override string ToString() =>
        $"{Name}+{Id.ToString("x8", CultureInfo.InvariantCulture)}+{Convert.ToBase64String([Type, .. PublicKey])}";

    public static bool TryParse(string vkey, [NotNullWhen(true)] out VerifierKey? key)
    {
        key = null;
        if (vkey.Split('+', 3) is not [var name, var id, var encoded] || !SignedNote.IsName(name))
            return false;
        var bytes = new byte[1 + PublicKeyLength];
        if (
            !Convert.TryFromBase64String(encoded, bytes, out var length)
            || length != bytes.Length
            || bytes[0] is not (Ed25519 or Cosignature)
        )
            return false;
        var read = new VerifierKey(name, bytes[0], bytes[1..]);
        key = read.Id.ToString("x8", CultureInfo.InvariantCulture) == id ? read : null;
        return key is not null;
    }
}
