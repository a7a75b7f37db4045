using Contracts;
using Hosting.Text;

namespace Web.Editors.Documents;

/// <summary>An address made of a name: "GPT-5 (mini)" is gpt-5-mini, "Jürgen" is jurgen.</summary>
internal static class NameAsSlug
{
    /// <returns>At most <see cref="Slug.MaxLength"/> characters; empty when the name has no letter and no digit.</returns>
    public static string Of(string name)
    {
        var letters = new string([.. Transliteration.Fold(name).Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')]);
        var slug = string.Join('-', letters.Split('-', StringSplitOptions.RemoveEmptyEntries));
        return slug.Length <= Slug.MaxLength ? slug : slug[..Slug.MaxLength].TrimEnd('-');
    }
}
