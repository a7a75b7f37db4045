using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Contracts.Log;

/// <summary>
/// A new key of the log's, announced while the old one still signs: a line of ASCII, of which the bytes are the truth.
/// <c>verdicts.key/v1 &lt;vkey&gt; &lt;time&gt;</c>.
/// </summary>
/// <param name="Time">UTC, cut to the minute.</param>
public sealed record KeyLeaf(VerifierKey Key, string Time)
{
    public const string Kind = "verdicts.key/v1";

    public byte[] ToBytes() => Encoding.ASCII.GetBytes(ToString());

    public override string ToString() => $"{Kind} {Key} {Time}";

    /// <summary>Reads such a leaf; anything that <see cref="ToString"/> would not write exactly so is not one.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out KeyLeaf? leaf)
    {
        leaf =
            bytes.Length <= Leaf.MaxLength
            && Encoding.ASCII.GetString(bytes).Split(' ') is [Kind, var vkey, var time]
            && VerifierKey.TryParse(vkey, out var key)
            && key.Type == VerifierKey.Ed25519
            && Leaf.IsTime(time)
                ? new KeyLeaf(key, time)
                : null;
        if (leaf is not null && !leaf.ToBytes().AsSpan().SequenceEqual(bytes))
            leaf = null;
        return leaf is not null;
    }
}
