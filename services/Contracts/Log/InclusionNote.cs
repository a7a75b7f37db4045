using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Contracts.Log;

/// <summary>
/// A proof that stands on its own, after C2SP <c>tlog-proof</c>: an entry, its place, the way to the root, and the checkpoint.
/// </summary>
/// <param name="Entry">The leaf's bytes.</param>
/// <param name="Note">The checkpoint as signed.</param>
public sealed record InclusionNote(byte[] Entry, long Index, IReadOnlyList<byte[]> Proof, string Note)
{
    private const string Header = "c2sp.org/tlog-proof@v1";

    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Header}\nextra {Convert.ToBase64String(Entry)}\nindex {Index}\n");
        foreach (var hash in Proof)
            text.Append(CultureInfo.InvariantCulture, $"{Convert.ToBase64String(hash)}\n");
        return text.Append('\n').Append(Note).ToString();
    }

    public static bool TryParse(string text, [NotNullWhen(true)] out InclusionNote? proof)
    {
        proof = null;
        var end = text.IndexOf("\n\n", StringComparison.Ordinal);
        if (end < 0 || text[..end].Split('\n') is not [Header, var extra, var place, .. var lines] || lines.Length > 63)
            return false;
        if (!extra.StartsWith("extra ", StringComparison.Ordinal) || !place.StartsWith("index ", StringComparison.Ordinal))
            return false;
        if (!long.TryParse(place[6..], NumberStyles.None, CultureInfo.InvariantCulture, out var index))
            return false;
        try
        {
            byte[][] hashes = [.. lines.Select(Convert.FromBase64String)];
            if (hashes.Any(hash => hash.Length != LogHash.Length))
                return false;
            proof = new InclusionNote(Convert.FromBase64String(extra[6..]), index, hashes, text[(end + 2)..]);
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
