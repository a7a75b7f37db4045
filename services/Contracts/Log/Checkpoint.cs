using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Contracts.Log;

/// <summary>A log's size and root, after C2SP <c>tlog-checkpoint</c>.</summary>
/// <param name="Origin">Which log: a name without a scheme, such as <c>verdicts.example/log</c>.</param>
/// <param name="Size">Leaves.</param>
public sealed record Checkpoint(string Origin, long Size, byte[] Root)
{
    /// <summary>The text of the note, of three lines.</summary>
    public string Text => $"{Origin}\n{Size.ToString(CultureInfo.InvariantCulture)}\n{Convert.ToBase64String(Root)}\n";

    /// <summary>Reads a note's text; further lines, which are extensions, are ignored.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Checkpoint? checkpoint)
    {
        checkpoint = null;
        if (text.Split('\n') is not [{ Length: > 0 } origin, var digits, var encoded, .., ""])
            return false;
        var root = new byte[LogHash.Length];
        if (
            !long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var size) || (digits.Length > 1 && digits[0] == '0')
        )
            return false;
        if (encoded.Length != 44 || !Convert.TryFromBase64String(encoded, root, out var length) || length != root.Length)
            return false;
        checkpoint = new Checkpoint(origin, size, root);
        return true;
    }
}
