using Catalog.Store;

namespace Catalog.Reading;

/// <summary>
/// Finds tools by words: all of them, in any order, wherever they stand; parts of words, words written together or apart, and typing errors
/// in what a tool is called. Held in memory and made from what is stored: a few thousand tools fit in a few megabytes, and both databases
/// answer alike, which their own full-text searches would not.
/// </summary>
internal sealed class SearchIndex
{
    /// <summary>So many tools at most match a question; those that match best.</summary>
    public const int MostFound = 1000;

    private const int MostWords = 8,
        ShortestPart = 3,
        ShortestTypo = 5,
        LongWord = 9;

    // What a match is worth by where it stands, and by how it matches: every word is worth the best of its matches.
    private const int InName = 60,
        InTagline = 20,
        InMaker = 18,
        InCategory = 15,
        InText = 5;
    private const int Exact = 10,
        Beginning = 7,
        Part = 4,
        Typo = 3;

    // These tell nothing apart, and people who write whole sentences should not miss a tool for them.
    private static readonly HashSet<string> Stopped =
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "by",
        "for",
        "from",
        "in",
        "is",
        "of",
        "on",
        "or",
        "that",
        "the",
        "to",
        "with",
    ];

    // Readers use these words as synonyms, even though licenses distinguish them.
    private static readonly Dictionary<string, string[]> Meant = new()
    {
        ["opensource"] = ["openweights", "openmodel"],
        ["openweights"] = ["opensource"],
    };

    private readonly (string Slug, string SortName, string Category, bool Free)[] _tools;
    private readonly Dictionary<string, List<(int Tool, int Weight)>> _names = [],
        _texts = [];

    // Long texts have many words: of these only beginnings are looked for, which needs no look at all of them.
    private readonly string[] _textsInOrder;

    public SearchIndex(IEnumerable<SearchRow> rows)
    {
        var tools = new List<(string, string, string, bool)>();
        foreach (var row in rows)
        {
            foreach (
                var (text, weight) in ((string, int)[])
                    [(row.Name, InName), (row.Tagline, InTagline), (row.Maker, InMaker), (row.CategoryName, InCategory)]
            )
                Add(_names, SearchWords.InText(text), tools.Count, weight);
            Add(_texts, SearchWords.InText(string.Join('\n', row.Description, row.Pricing, row.Plans)), tools.Count, InText);
            tools.Add((row.Slug, row.SortName, row.Category, row.EntryAmount == 0));
        }

        _tools = [.. tools];
        _textsInOrder = [.. _texts.Keys.Order(StringComparer.Ordinal)];
    }

    /// <param name="category">The slug of the only one to look in; null for all.</param>
    /// <returns>Slugs, the best match first, at most <see cref="MostFound"/>.</returns>
    public IReadOnlyList<string> Find(string text, string? category)
    {
        var words = SearchWords.InQuestion(text).Take(MostWords).ToList();
        if (words.Any(word => !Stopped.Contains(word.Joined)))
            words.RemoveAll(word => Stopped.Contains(word.Joined));
        if (words.Count == 0)
            return [];

        // "mid journey" may be one word, and "open source" is more than both words somewhere.
        var pairs = words.Zip(words.Skip(1), (first, second) => Matches(first.Joined + second.Joined, typos: false)).ToList();
        Dictionary<int, int>? found = null;
        foreach (var (position, word) in words.Index())
        {
            var matches = Matches(word);
            foreach (var pair in pairs.Skip(position - 1).Take(position == 0 ? 1 : 2))
                Join(matches, pair);
            found = found is null ? matches : Both(found, matches);
        }

        return
        [
            .. found!
                .Where(match => category is null || _tools[match.Key].Category == category)
                .OrderByDescending(match => match.Value)
                .ThenBy(match => _tools[match.Key].SortName, StringComparer.Ordinal)
                .ThenBy(match => _tools[match.Key].Slug, StringComparer.Ordinal)
                .Take(MostFound)
                .Select(match => _tools[match.Key].Slug),
        ];
    }

    private Dictionary<int, int> Matches(SearchWord word)
    {
        // Who looks for free tools wants what costs nothing to begin with, and not every page that says "no free tier".
        if (word.Joined == "free")
            return _tools.Index().Where(tool => tool.Item.Free).ToDictionary(tool => tool.Index, _ => InText * Exact);
        var matches = Matches(word.Joined, typos: true);
        if (word.Parts.Count > 1 && word.Parts.All(part => part.Length > 1))
            Join(matches, word.Parts.Select(part => Matches(part, typos: false)).Aggregate(Both));
        return matches;
    }

    private Dictionary<int, int> Matches(string word, bool typos)
    {
        var matches = new Dictionary<int, int>();
        Gather(word, matches);
        foreach (var other in Meant.GetValueOrDefault(word, []))
            Gather(other, matches);

        if (matches.Count > 0 || !typos || word.Length < ShortestTypo)
            return matches;
        var most = word.Length < LongWord ? 1 : 2;
        foreach (var (known, places) in _names)
            if (EditDistance.Within(word, known, most))
                Keep(matches, places, Typo);
        return matches;
    }

    private void Gather(string word, Dictionary<int, int> matches)
    {
        foreach (var index in (Dictionary<string, List<(int, int)>>[])[_texts, _names])
            if (index.TryGetValue(word, out var exact))
                Keep(matches, exact, Exact);
        // Of a number, a part is another number.
        if (word.Length < ShortestPart || word.All(char.IsAsciiDigit))
            return;
        foreach (var (known, places) in _names)
            if (known.Length > word.Length && known.Contains(word, StringComparison.Ordinal))
                Keep(matches, places, known.StartsWith(word, StringComparison.Ordinal) ? Beginning : Part);
        var place = Array.BinarySearch(_textsInOrder, word, StringComparer.Ordinal);
        for (
            var at = place < 0 ? ~place : place + 1;
            at < _textsInOrder.Length && _textsInOrder[at].StartsWith(word, StringComparison.Ordinal);
            at++
        )
            Keep(matches, _texts[_textsInOrder[at]], Beginning);
    }

    private static void Keep(Dictionary<int, int> matches, List<(int Tool, int Weight)> places, int how)
    {
        foreach (var (tool, weight) in places)
            matches[tool] = Math.Max(matches.GetValueOrDefault(tool), weight * how);
    }

    private static void Join(Dictionary<int, int> matches, Dictionary<int, int> others)
    {
        foreach (var (tool, worth) in others)
            matches[tool] = Math.Max(matches.GetValueOrDefault(tool), worth);
    }

    private static Dictionary<int, int> Both(Dictionary<int, int> some, Dictionary<int, int> others) =>
        some.Where(match => others.ContainsKey(match.Key)).ToDictionary(match => match.Key, match => match.Value + others[match.Key]);

    private static void Add(Dictionary<string, List<(int Tool, int Weight)>> index, IEnumerable<string> words, int tool, int weight)
    {
        foreach (var word in words.Distinct())
        {
            if (!index.TryGetValue(word, out var places))
                index[word] = places = [];
            places.Add((tool, weight));
        }
    }
}
