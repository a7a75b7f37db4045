using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Contracts.Log;

/// <summary>A line of a note: who signed, and what.</summary>
/// <param name="Signature">64 bytes, or a cosignature's time and 64 bytes.</param>
public sealed record NoteSignature(string Name, uint KeyId, byte[] Signature)
{
    public override string ToString()
    {
        var bytes = new byte[sizeof(uint) + Signature.Length];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, KeyId);
        Signature.CopyTo(bytes, sizeof(uint));
        return $"— {Name} {Convert.ToBase64String(bytes)}\n";
    }
}

/// <summary>A text with signatures under it, after C2SP <c>signed-note</c>.</summary>
/// <param name="Text">What is signed; ends with a newline.</param>
public sealed record SignedNote(string Text, IReadOnlyList<NoteSignature> Signatures)
{
    private const int MaxSignatures = 100;

    public override string ToString() => $"{Text}\n{string.Concat(Signatures)}";

    /// <returns>True for what may name a signer: no spaces, no plus sign, no control characters.</returns>
    public static bool IsName(string name) => name.Length > 0 && !name.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c == '+');

    public static bool TryParse(string note, [NotNullWhen(true)] out SignedNote? parsed)
    {
        parsed = null;
        var end = note.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (end < 0 || !note.EndsWith('\n'))
            return false;
        var lines = note[(end + 2)..].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length is 0 or > MaxSignatures)
            return false;
        var signatures = new List<NoteSignature>();
        foreach (var line in lines)
        {
            if (line.Split(' ') is not ["—", var name, var encoded] || !IsName(name))
                return false;
            var bytes = new byte[encoded.Length];
            if (!Convert.TryFromBase64String(encoded, bytes, out var length) || length <= sizeof(uint))
                return false;
            signatures.Add(new NoteSignature(name, BinaryPrimitives.ReadUInt32BigEndian(bytes), bytes[sizeof(uint)..length]));
        }

        parsed = new SignedNote(note[..(end + 1)], signatures);
        return true;
    }

    /// <returns>The bytes that an Ed25519 key signs.</returns>
    public byte[] SignedBytes() => Encoding.UTF8.GetBytes(Text);

    /// <returns>The bytes that a witness signs at that time, seconds since 1970.</returns>
    public byte[] CosignedBytes(ulong time) => Encoding.UTF8.GetBytes($"cosignature/v1\ntime {time}\n{Text}");
}
