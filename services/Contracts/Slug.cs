namespace Contracts;

/// <summary>
/// The grammar of slugs: <c>[a-z0-9]+(-[a-z0-9]+)*</c>, at most 80 characters, never containing <c>-vs-</c>
/// (which joins two of them into a comparison's slug).
/// </summary>
public static class Slug
{
    public const int MaxLength = 80;
    public const string Versus = "-vs-";

    /// <summary>How no tool's slug ends.</summary>
    public const string VersusAtEnd = "-vs";

    public static bool IsValid(ReadOnlySpan<char> slug)
    {
        if (slug.IsEmpty || slug.Length > MaxLength || slug[^1] == '-' || slug.Contains(Versus, StringComparison.Ordinal))
            return false;

        var afterHyphen = true;
        foreach (var c in slug)
        {
            if (c == '-' && afterHyphen || c != '-' && !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c))
                return false;
            afterHyphen = c == '-';
        }

        return true;
    }

    /// <summary>
    /// Whether a slug may name a tool: joined with any other tool's, it has to be told apart again. After <c>halo-vs</c> the comparison
    /// with <c>x</c> would be
    /// <c>halo-vs-vs-x</c>, which reads as <c>halo</c> and <c>vs-x</c>. One that begins with <c>vs-</c> is safe, since what joins two is
    /// always the first there is.
    /// </summary>
    public static bool IsToolSlug(ReadOnlySpan<char> slug) => IsValid(slug) && !slug.EndsWith(VersusAtEnd, StringComparison.Ordinal);

    /// <summary>The canonical slug of the comparison of two tools: alphabetical (ordinal), whichever came first.</summary>
    public static string OfComparison(string a, string b) => string.CompareOrdinal(a, b) <= 0 ? a + Versus + b : b + Versus + a;

    /// <summary>The two tools of a comparison's slug in the order written, or null if it is not one.</summary>
    public static (string A, string B)? Split(string comparison)
    {
        var at = comparison.IndexOf(Versus, StringComparison.Ordinal);
        if (at < 0)
            return null;
        var (a, b) = (comparison[..at], comparison[(at + Versus.Length)..]);
        return IsToolSlug(a) && IsToolSlug(b) && a != b ? (a, b) : null;
    }
}
