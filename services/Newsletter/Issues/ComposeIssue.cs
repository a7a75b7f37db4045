using System.Globalization;

namespace Newsletter.Issues;

/// <summary>Chooses what goes into an issue. Pure: the same news make the same issue.</summary>
internal static class ComposeIssue
{
    private const int MaxComparisons = 8;
    private const int MaxTools = 5;
    private const int MaxNote = 300;

    /// <param name="since">When the last issue was composed; what appeared after it, up to <paramref name="now"/>, is new.</param>
    /// <returns>Null when nothing is new: rankings alone are no reason to write to anyone.</returns>
    public static Issue? From(
        string week, DateTimeOffset since, DateTimeOffset now,
        Sources.Newest newest, Sources.NamedTools tools, IEnumerable<Sources.ToolTally> top, IEnumerable<Sources.ToolTally> divided)
    {
        var fresh = newest.Comparisons.Where(c => c.PublishedAt > since && c.PublishedAt <= now && c.Tools.Count == 2).OrderByDescending(c => c.PublishedAt).ToList();
        if (fresh.Count == 0)
            return null;

        var names = tools.Tools.Where(t => !t.Retired).ToDictionary(t => t.Slug, t => t.Name);
        var sections = new List<Section>
        {
            new("New comparisons", fresh.Take(MaxComparisons).Select(c => new Link(TitleOf(c), $"/compare/{c.Slug}", Note(c.Summary))).ToArray()),
            new("What readers would ship", Ranked(top, names)),
            new("Where readers disagree most", Ranked(divided, names)),
        };
        sections.RemoveAll(section => section.Links.Count == 0);

        var title = fresh.Count == 1 ? $"Weekly AI Tool Verdicts: {TitleOf(fresh[0])}" : $"Weekly AI Tool Verdicts: {fresh.Count} new comparisons";
        var intro = fresh.Count == 1
            ? "One new comparison this week, and where the community's verdicts stand."
            : $"{fresh.Count} new comparisons this week, and where the community's verdicts stand.";
        return new Issue(week, title, now, intro, sections);
    }

    private static string TitleOf(Sources.SideBySide comparison) => $"{comparison.Tools[0].Name} vs {comparison.Tools[1].Name}";

    private static Link[] Ranked(IEnumerable<Sources.ToolTally> tallies, Dictionary<string, string> names) => tallies
        .Where(tally => tally.Total > 0 && tally.ShipPercent is not null && names.ContainsKey(tally.Tool))
        .Take(MaxTools)
        .Select(tally => new Link(names[tally.Tool], $"/tools/{tally.Tool}", string.Create(
            CultureInfo.InvariantCulture, $"{tally.ShipPercent:0.#}% ship, from {tally.Total:N0} {(tally.Total == 1 ? "vote" : "votes")}")))
        .ToArray();

    private static string Note(string? summary) =>
        summary is null ? "" : summary.Length <= MaxNote ? summary : summary[..MaxNote].TrimEnd() + "…";
}
