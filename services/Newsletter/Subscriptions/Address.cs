using System.Globalization;
using System.Text;

namespace Newsletter.Subscriptions;

/// <summary>A mail address that can be written to.</summary>
/// <param name="Value">As the reader wrote it, the domain in its ASCII form.</param>
/// <param name="Key">What makes two addresses the same mailbox: all in lower case. The standard lets mailboxes differ in case; no provider
/// of note does, and without this one mailbox could be sent a confirmation for every way to capitalise it.</param>
internal readonly record struct Address(string Value, string Key)
{
    private const int MaxLength = 254;
    private const int MaxLocal = 64;
    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    /// <summary>
    /// Takes <c>local@domain</c> with a dotted local part and a domain of two labels or more, international ones too. Quoted local parts,
    /// address literals and comments are legal and refused: nobody signs up with one, and they are what header injection is made of.
    /// </summary>
    public static Address? Parse(string? text)
    {
        text = text?.Trim(' ');
        if (text is not { Length: >= 3 and <= MaxLength } || text.IndexOf('@') is var at && (at < 1 || at != text.LastIndexOf('@')))
            return null;
        var local = text[..at];
        if (!IsLocal(local) || Domain(text[(at + 1)..]) is not { } domain)
            return null;

        var value = $"{local}@{domain}";
        return Encoding.UTF8.GetByteCount(value) <= MaxLength ? new Address(value, value.ToLowerInvariant()) : null;
    }

    private static bool IsLocal(string local) =>
        Encoding.UTF8.GetByteCount(local) <= MaxLocal
        && local[0] != '.' && local[^1] != '.' && !local.Contains("..", StringComparison.Ordinal)
        && local.All(c => char.IsLetterOrDigit(c) || ".!#$%&'*+-/=?^_`{|}~".Contains(c, StringComparison.Ordinal));

    private static string? Domain(string domain)
    {
        string ascii;
        try
        {
            ascii = Idn.GetAscii(domain.ToLowerInvariant());
        }
        catch (ArgumentException)
        {
            return null;
        }

        var labels = ascii.Split('.');
        return ascii.Length <= 253 && labels.Length >= 2 && labels.All(IsLabel) && !labels[^1].All(char.IsAsciiDigit) ? ascii : null;
    }

    private static bool IsLabel(string label) =>
        label.Length is >= 1 and <= 63 && label[0] != '-' && label[^1] != '-' && label.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');
}
