using Hosting.Text;

namespace Catalog.Reading;

/// <summary>A word of a question: "co-pilot" is copilot, and also co and pilot.</summary>
internal sealed record SearchWord(string Joined, IReadOnlyList<string> Parts);

/// <summary>
/// How text falls into words that can be looked for: in Latin letters and lower case, with hyphens and points and without.
/// </summary>
internal static class SearchWords
{
    /// <summary>The words of a text, those written in parts also as one, and every two adjacent words as one.</summary>
    public static IEnumerable<string> InText(string text)
    {
        foreach (var line in text.Split('\n'))
        {
            var words = InQuestion(line).ToList();
            foreach (var word in words)
            {
                yield return word.Joined;
                foreach (var part in word.Parts)
                    yield return part;
            }

            foreach (var (first, second) in words.Zip(words.Skip(1)))
                yield return first.Joined + second.Joined;
        }
    }

    /// <summary>The query, word by word. A word without a letter or digit is dropped.</summary>
    public static IEnumerable<SearchWord> InQuestion(string text)
    {
        foreach (var written in Transliteration.Fold(text).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = written
                .Split([.. written.Where(c => !char.IsAsciiLetterOrDigit(c) && c != '\'')], StringSplitOptions.RemoveEmptyEntries)
                .Select(part => part.Replace("'", "", StringComparison.Ordinal))
                .Where(part => part.Length > 0)
                .ToList();
            if (parts.Count > 0)
                yield return new(string.Concat(parts), parts.Count > 1 ? parts : []);
        }
    }
}
