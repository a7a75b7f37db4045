using Hosting.Text;

namespace Newsletter.Issues;

/// <summary>Chooses what goes into an issue. Pure: the same news make the same issue.</summary>
internal static class ComposeIssue
{
    private const string Name = "Weekly AI Tool Verdicts";
    private const int MaxComparisons = 8;
    private const int MaxTools = 5;
    private const int MaxNote = 300;

    /// <returns>
    /// Null when nothing happened. A new comparison, a share that moved, a changed price or panel verdict: each is worth a mail, since any
    /// may change what a reader would ship. Rankings alone are not: they would be last week's. What finds no room stays news for the next
    /// issue, so the oldest goes first; only moves don't wait, since next week's are others.
    /// </returns>
    public static ComposedIssue? From(string week, DateTimeOffset now, News news)
    {
        var comparisons = news.Comparisons.TakeLast(MaxComparisons).ToList();
        var changes = news.Changes.Take(MaxTools).ToList();
        var listed = news with { Comparisons = comparisons, Changes = changes, Moves = [.. news.Moves.Take(MaxTools)] };
        Section[] happened =
        [
            new("New comparisons", [.. comparisons.Select(fresh => new Link(fresh.Title, $"/compare/{fresh.Slug}", Note(fresh.Summary)))]),
            new("Biggest movers", [.. listed.Moves.Select(move => ToTool(move.Standing, Wording.Of(move)))]),
            new(
                "New prices and panel verdicts",
                [.. changes.Select(change => new Link(change.Name, $"/tools/{change.Slug}", Note(string.Join("; ", change.Lines))))]
            ),
        ];
        if (happened.All(section => section.Links.Count == 0))
            return null;

        Section[] standing =
        [
            new("What readers would ship", Ranked(news.Standings.Where(tool => tool.ShipPercent > 50).OrderByDescending(tool => tool.Low))),
            new(
                "Where readers disagree most",
                Ranked(news.Standings.Where(tool => tool.IsDivided).OrderBy(tool => Math.Abs(tool.ShipPercent - 50)))
            ),
        ];
        Section[] sections = [.. happened.Concat(standing).Where(section => section.Links.Count > 0)];
        var intro = Intro(listed, moreMoved: news.Moves.Count > MaxTools, ranks: standing.Any(section => section.Links.Count > 0));
        return new ComposedIssue(
            new Issue(week, $"{Name}: {Headline(listed)}", now, intro, sections),
            [.. comparisons.Select(fresh => fresh.Item), .. changes.Select(change => change.Item)],
            ToldAll: comparisons.Count == news.Comparisons.Count && changes.Count == news.Changes.Count
        );
    }

    private static string Headline(News listed) =>
        listed switch
        {
            { Comparisons: [var only] } => only.Title,
            { Comparisons.Count: > 1 } => $"{listed.Comparisons.Count} new comparisons",
            { Moves: [var biggest, ..] } => $"{biggest.Standing.Name} {Wording.Direction(biggest)}",
            { Changes: [var only] } => $"what changed at {only.Name}",
            _ => $"what changed at {listed.Changes.Count} tools",
        };

    private static string Intro(News listed, bool moreMoved, bool ranks)
    {
        string[] parts =
        [
            .. listed.Comparisons.Count > 0 ? [Wording.Counted(listed.Comparisons.Count, "new comparison")] : (string[])[],
            .. moreMoved ? [$"the {listed.Moves.Count} tools whose community verdict moved most"]
            : listed.Moves.Count > 0
                ? [Wording.Counted(listed.Moves.Count, "tool whose community verdict moved", "tools whose community verdict moved")]
            : (string[])[],
            .. listed.Changes.Count > 0
                ?
                [
                    Wording.Counted(
                        listed.Changes.Count,
                        "tool with a new price or panel verdict",
                        "tools with new prices or panel verdicts"
                    ),
                ]
                : (string[])[],
        ];
        return $"This week: {string.Join(", ", parts)}.{(ranks ? " And where the community’s verdicts stand." : "")}";
    }

    private static Link[] Ranked(IOrderedEnumerable<RankedTool> tools) =>
        [
            .. tools
                .ThenByDescending(tool => tool.Votes)
                .ThenBy(tool => tool.Slug, StringComparer.Ordinal)
                .Take(MaxTools)
                .Select(tool => ToTool(tool, Wording.Of(tool))),
        ];

    private static Link ToTool(RankedTool tool, string note) => new(tool.Name, $"/tools/{tool.Slug}", note);

    private static string Note(string? text) => text?.Cut(MaxNote, "…") ?? "";
}
