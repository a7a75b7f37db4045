namespace Newsletter.Issues;

/// <summary>Chooses what goes into an issue. Pure: the same news make the same issue.</summary>
internal static class ComposeIssue
{
    private const string Name = "Weekly AI Tool Verdicts";
    private const int MaxComparisons = 8;
    private const int MaxTools = 5;
    private const int MaxNote = 300;
    private const double Divided = 20;

    /// <returns>
    /// Null when nothing happened. A new comparison, a share that moved, a changed price or panel verdict: each is worth a mail, since any may
    /// change what a reader would ship. Rankings alone are not: they would be last week's.
    /// </returns>
    public static Issue? From(string week, DateTimeOffset now, News news)
    {
        Section[] happened =
        [
            new("New comparisons", [.. news.Comparisons.Take(MaxComparisons).Select(fresh => new Link(fresh.Title, $"/compare/{fresh.Slug}", Note(fresh.Summary)))]),
            new("Biggest movers", [.. news.Moves.Take(MaxTools).Select(move => ToTool(move.Standing, Wording.Of(move)))]),
            new("New prices and panel verdicts", [.. news.Changes.Take(MaxTools).Select(change => new Link(change.Name, $"/tools/{change.Slug}", Note(string.Join("; ", change.Lines))))]),
        ];
        if (happened.All(section => section.Links.Count == 0))
            return null;

        Section[] standing =
        [
            new("What readers would ship", Ranked(news.Standings.Where(tool => tool.ShipPercent > 50).OrderByDescending(tool => tool.Low))),
            new("Where readers disagree most", Ranked(news.Standings
                .Where(tool => tool.Votes >= GatherNews.EnoughVotes && Math.Abs(tool.ShipPercent - 50) <= Divided)
                .OrderBy(tool => Math.Abs(tool.ShipPercent - 50)))),
        ];
        return new Issue(week, $"{Name}: {Headline(news)}", now, Intro(news), [.. happened.Concat(standing).Where(section => section.Links.Count > 0)]);
    }

    private static string Headline(News news) => news switch
    {
        { Comparisons: [var only] } => only.Title,
        { Comparisons.Count: > 1 } => $"{news.Comparisons.Count} new comparisons",
        { Moves: [var biggest, ..] } => $"{biggest.Standing.Name} {Wording.Direction(biggest)}",
        { Changes: [var only] } => $"what changed at {only.Name}",
        _ => $"what changed at {news.Changes.Count} tools",
    };

    private static string Intro(News news)
    {
        string[] parts =
        [
            .. news.Comparisons.Count > 0 ? [Wording.Counted(news.Comparisons.Count, "new comparison")] : (string[])[],
            .. news.Moves.Count > 0 ? [Wording.Counted(news.Moves.Count, "tool whose community verdict moved", "tools whose community verdict moved")] : (string[])[],
            .. news.Changes.Count > 0 ? [Wording.Counted(news.Changes.Count, "tool with a new price or panel verdict", "tools with new prices or panel verdicts")] : (string[])[],
        ];
        return $"This week: {string.Join(", ", parts)}. And where the community’s verdicts stand.";
    }

    private static Link[] Ranked(IOrderedEnumerable<Standing> tools) =>
        [.. tools.ThenByDescending(tool => tool.Votes).ThenBy(tool => tool.Slug, StringComparer.Ordinal).Take(MaxTools).Select(tool => ToTool(tool, Wording.Of(tool)))];

    private static Link ToTool(Standing tool, string note) => new(tool.Name, $"/tools/{tool.Slug}", note);

    private static string Note(string? text) =>
        text is null ? "" : text.Length <= MaxNote ? text : text[..MaxNote].TrimEnd() + "…";
}
