using System.Globalization;

namespace Newsletter.Issues;

/// <summary>How an issue says what happened, in words.</summary>
internal static class Wording
{
    /// <summary>One change or several of <paramref name="what"/>: <c>one new comparison</c>, <c>3 new comparisons</c>.</summary>
    public static string Counted(int count, string what, string? several = null) =>
        count == 1 ? $"one {what}" : $"{count} {several ?? what + "s"}";

    /// <summary>As on the pages: one decimal, and a word of warning where few have voted.</summary>
    public static string Of(RankedTool standing) =>
        Plain($"{standing.ShipPercent:0.0}% ship, from {Votes(standing)}{(standing.IsEarly ? " (early)" : "")}");

    public static string Of(Move move)
    {
        var (from, to) = (move.From, move.Standing.ShipPercent);
        // A tool that crossed the middle changed the community's verdict, which is the bigger news.
        var turned =
            (from - 50) * (to - 50) < 0
                ? to > 50
                    ? "From skip to ship: "
                    : "From ship to skip: "
                : "";
        return Plain($"{turned}{from:0.0}% ship a week ago, {to:0.0}% now, {Direction(move)} with {Votes(move.Standing)}");
    }

    public static string Direction(Move move) => Plain($"{(move.Points > 0 ? "up" : "down")} {Math.Abs(move.Points):0.#} points");

    /// <summary>Each price and verdict that is not what it was; what was changed and changed back is no news.</summary>
    /// <param name="changes">Newest first.</param>
    public static IReadOnlyList<string> Of(IEnumerable<Sources.ToolChange> changes) =>
        [
            .. from change in changes
            group change by (change.What, change.Name) into steps
            let whole = steps.First() with
            {
                From = steps.Last().From,
            }
            where whole.From != whole.To && Of(whole) is not null
            select Of(whole),
        ];

    private static string? Of(Sources.ToolChange change) =>
        change switch
        {
            { What: "entryPrice" } => $"Entry price {change.To}, was {change.From}",
            { What: "plan", From: null } => $"New plan {change.Name}: {change.To}",
            { What: "plan", To: null } => $"The plan {change.Name} is gone",
            { What: "plan" } => $"{change.Name}: {change.To}, was {change.From}",
            { What: "verdict", From: null } => $"{change.Name} says {change.To}",
            { What: "verdict", To: null } => $"{change.Name} withdrew the verdict",
            { What: "verdict" } => $"{change.Name} now says {change.To}, said {change.From}",
            { What: "retired", To: "offered" } => "Offered again",
            _ => null,
        };

    private static string Votes(RankedTool standing) => Plain($"{standing.Votes:N0} {(standing.Votes == 1 ? "vote" : "votes")}");

    private static string Plain(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
