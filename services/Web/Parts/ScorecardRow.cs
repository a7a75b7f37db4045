using Web.Services;

namespace Web.Parts;

/// <summary>A row of the reviewer scorecard: one reviewer on both tools, or two reviewers who each saw one of them.</summary>
public sealed record ScorecardRow(Review? A, Review? B)
{
    public bool SameReviewer => A is not null && B is not null && A.Reviewer.Slug == B.Reviewer.Slug;

    /// <summary>Reviewers who saw both tools come first, in the first tool's order; the others are paired as they come.</summary>
    public static IReadOnlyList<ScorecardRow> Of(Tool a, Tool b)
    {
        IReadOnlyList<Review> ofA = a.Reviews ?? [],
            ofB = b.Reviews ?? [];
        var both = ofA.Select(review => new ScorecardRow(review, ofB.FirstOrDefault(other => other.Reviewer.Slug == review.Reviewer.Slug)))
            .Where(row => row.B is not null)
            .ToList();
        var onlyA = ofA.Where(review => both.TrueForAll(row => row.A != review)).ToList();
        var onlyB = ofB.Where(review => both.TrueForAll(row => row.B != review)).ToList();
        for (var i = 0; i < Math.Max(onlyA.Count, onlyB.Count); i++)
            both.Add(new ScorecardRow(onlyA.ElementAtOrDefault(i), onlyB.ElementAtOrDefault(i)));
        return both;
    }

    /// <summary>One or two sentences: how the reviewers split.</summary>
    public static string Split(Tool a, Tool b)
    {
        if (a.Panel.Total == 0 || b.Panel.Total == 0)
            return "The panel has not reviewed both tools yet.";
        var torn = Of(a, b).Count(row => row.SameReviewer && row.A!.Ships != row.B!.Ships);
        if (a.Panel.Skip + b.Panel.Skip == 0)
            return $"The panel agrees: all {a.Panel.Total + b.Panel.Total} verdicts say ship.";
        if (a.Panel.Ship + b.Panel.Ship == 0)
            return $"The panel agrees: all {a.Panel.Total + b.Panel.Total} verdicts say skip.";
        var shares = $"{a.Name}: {Share(a.Panel)}. {b.Name}: {Share(b.Panel)}.";
        return torn switch
        {
            0 => shares,
            1 => shares + " One reviewer would ship the one and skip the other.",
            _ => shares + $" {torn} reviewers would ship the one and skip the other.",
        };
    }

    private static string Share(Panel panel) =>
        panel switch
        {
            { Total: 1 } => $"its one reviewer says {(panel.Ship == 1 ? "ship" : "skip")}",
            { Skip: 0 } => $"all {panel.Ship} say ship",
            { Ship: 0 } => $"all {panel.Skip} say skip",
            _ => $"{panel.Ship} ship, {panel.Skip} skip",
        };
}
