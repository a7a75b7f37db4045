using System.Globalization;
using System.Text;

namespace Newsletter.Subscriptions;

/// <summary>A mail address that can be written to.</summary>
/// <param name="Value">As the reader wrote it, the domain in its ASCII form.</param>
/// <param name="Key">What makes two addresses the same mailbox: all in lower case. The standard lets mailboxes differ in case; no provider
/// of note does, and without this one mailbox could be sent a confirmation for every way to capitalise it.</param>
/// <param name="Mailbox">The key without what follows a plus sign, which providers deliver to the same mailbox. For counting and refusing
/// mail, not for telling subscribers apart: where a plus sign means nothing, they are two people.</param>
internal readonly record struct Address(string Value, string Key, string Mailbox)
{
    private const int MaxLocal = 64;
    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    /// <summary>
    /// Takes <c>local@domain</c> with a dotted local part and a domain of two labels or more, international ones too. Quoted local parts,
    /// address literals and comments are legal and refused: nobody signs up with one, and they are what header injection is made of.
    /// </summary>
    public static Address? Parse(string? text)
    {
        text = text?.Trim(' ');
        if (
            text is not { Length: >= 3 and <= Contracts.Limits.MailAddress }
            || text.IndexOf('@') is var at && (at < 1 || at != text.LastIndexOf('@'))
        )
            return null;
        var local = text[..at];
        if (!IsLocal(local) || Domain(text[(at + 1)..]) is not { } domain)
            return null;

        var value = $"{local}@{domain}";
        if (Encoding.UTF8.GetByteCount(value) > Contracts.Limits.MailAddress)
            return null;
        var (key, tag) = (value.ToLowerInvariant(), local.IndexOf('+'));
        return new Address(value, key, tag > 0 ? key[..tag] + key[local.Length..] : key);
    }

    private static bool IsLocal(string local) =>
        Encoding.UTF8.GetByteCount(local) <= MaxLocal
        && local[0] != '.'
        && local[^1] != '.'
        && !local.Contains("..", StringComparison.Ordinal)
        && !local.Any(PassesForAscii)
        && local.All(c => char.IsLetterOrDigit(c) || ".!#$%&'*+-/=?^_`{|}~".Contains(c, StringComparison.Ordinal));

    // A Kelvin sign becomes a k in lower case, a long s an S in upper case, a full-width letter its plain one where a server normalizes:
    // a sign-up with one would hold the key of another's address.
    private static bool PassesForAscii(char c) =>
        !char.IsAscii(c)
        && (
            char.IsAscii(char.ToLowerInvariant(c))
            || char.IsAscii(char.ToUpperInvariant(c))
            || c
                is 'ı'
                    or 'İ'
                    or 'ſ'
                    or 'K'
                    or 'ª'
                    or 'º'
                    or (>= '\u2070' and <= '\u209C')
                    or (>= '\u2100' and <= '\u214F')
                    or (>= '\uFF00' and <= '\uFFEF')
        );

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
