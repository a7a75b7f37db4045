using Web.Services;

namespace Web.Parts;

/// <summary>
/// How numbers and verdicts are put into words, the same on every page. tallies.js words live changes alike; change both together.
/// </summary>
public static class Wording
{
    /// <summary>Stands for a number there is not.</summary>
    public const string None = "—";

    /// <summary>The community's share, always one decimal: 80.0%.</summary>
    public static string Percent(double? percent) => percent is { } value ? $"{value:0.0}%" : None;

    /// <summary>The panel's share, always whole since a panel is a handful: 100%, 67%. Never rounded to all or nothing.</summary>
    public static string PanelPercent(Panel panel) =>
        panel switch
        {
            { Total: 0 } => None,
            { Ship: 0 } => "0%",
            { Skip: 0 } => "100%",
            _ => $"{Math.Clamp(Math.Round(100.0 * panel.Ship / panel.Total, MidpointRounding.AwayFromZero), 1, 99)}%",
        };

    public static string PanelCaption(Panel panel) =>
        panel.Total == 0 ? "No reviews yet" : $"{panel.Ship} of {Counted(panel.Total, "reviewer")}";

    /// <summary>A number with its noun: 1 tool, 2 tools, 1,000 tools.</summary>
    public static string Counted(long count, string noun) => $"{count:N0} {noun}{(count == 1 ? "" : "s")}";

    public static string Votes(long count) =>
        count switch
        {
            0 => "no votes yet",
            1 => "1 vote",
            _ => $"{count:N0} votes",
        };

    /// <summary>Votes that are not counted until somebody decides.</summary>
    public static string Held(long count) => $"{Counted(count, "vote")} held while we look into {(count == 1 ? "it" : "them")}";

    /// <summary>Votes that were made void.</summary>
    public static string Removed(long count) => $"{Counted(count, "vote")} {(count == 1 ? "was" : "were")} removed: see why";

    public static string Caption(ToolTally tally) =>
        tally is { Total: > 0, Interval: { } likely }
            ? $"{Percent(tally.ShipPercent)} ship, {Votes(tally.Total)}, likely between {likely.Low:0.0}% and {likely.High:0.0}%"
            : "No votes yet. Yours would be the first.";

    /// <summary>What stands under the bar: how far the community's share can be trusted.</summary>
    public static string Range(ToolTally? tally) =>
        tally is { Total: > 0, Interval: { } likely }
            ? $"Likely between {likely.Low:0.0}% and {likely.High:0.0}%"
            : "Yours would be the first vote.";

    /// <summary>True when the panel's majority and a clear majority of at least ten votes say opposite things.</summary>
    public static bool Disagree(Panel panel, ToolTally? tally) =>
        tally is { Total: >= ToolTally.Early, Majority: { } community } && panel.Majority is { } experts && experts != community;

    public static string Disagreement(Panel panel) => $"The panel disagrees: most reviewers say {panel.Majority}.";

    /// <summary>What a vote has joined: the community's others and the panel. One that is held or void has joined nobody.</summary>
    public static string Thanks(string choice, Tool tool, ToolTally? tally, OwnVote? vote)
    {
        if (vote is { State: "held" or "void" })
            return $"Recorded: {choice} {tool.Name}. "
                + (vote.State == "void" ? "It is in none of the numbers." : "It joins the numbers once it counts.");
        var others = Math.Max(0, (choice == "ship" ? tally?.Ship : tally?.Skip) - 1 ?? 0);
        var reviewers = choice == "ship" ? tool.Panel.Ship : tool.Panel.Skip;
        var you = others switch
        {
            0 => $"Counted. You are the first to {choice} {tool.Name}",
            1 => $"Counted. You and one other would {choice} {tool.Name}",
            _ => $"Counted. You and {others:N0} others would {choice} {tool.Name}",
        };
        return tool.Panel.Total == 0 ? $"{you}." : $"{you}; so would {reviewers} of {Counted(tool.Panel.Total, "reviewer")}.";
    }

    public static string Verdict(bool ship) => ship ? "Ship" : "Skip";

    public static string Amount(Plan plan) =>
        plan.Amount switch
        {
            null => "On request",
            0 => "Free",
            { } amount => $"{Money(amount, plan.Currency)}{Per(plan.Period)}",
        };

    /// <summary>A dated change as one sentence.</summary>
    public static string Change(ToolChange change) =>
        change switch
        {
            { What: "entryPrice" } => $"Entry price: was {change.From ?? "not given"}, now {change.To ?? "not given"}.",
            { What: "plan", From: null } => $"New plan {change.Name}: {Price(change.To)}.",
            { What: "plan", To: null } => $"Plan {change.Name} ended; it was {Price(change.From)}.",
            { What: "plan" } => $"Plan {change.Name}: was {Price(change.From)}, now {Price(change.To)}.",
            { What: "verdict", From: null } => $"{change.Name} reviewed it: {change.To}.",
            { What: "verdict", To: null } => $"{change.Name} took the review back; it said {change.From}.",
            { What: "verdict" } => $"{change.Name} changed the verdict from {change.From} to {change.To}.",
            { What: "retired", To: "retired" } => "Retired: no longer reviewed, no new votes.",
            { What: "retired" } => "Offered again.",
            _ => $"{change.Name ?? "Details"} changed.",
        };

    /// <summary>A day, or a day with the hour: 3 November, 14:00 UTC.</summary>
    public static string Moment(DateTimeOffset at, bool withHour) => withHour ? $"{at.UtcDateTime:d MMMM, HH:mm} UTC" : Day(at);

    // Catalog writes a plan's price plainly, "20 USD a month"; prices elsewhere on the page have signs.
    private static string Price(string? plain) =>
        plain?.Split(' ', 3) switch
        {
            [var amount, var currency] when decimal.TryParse(amount, out var number) => number == 0 ? "free" : Money(number, currency),
            [var amount, var currency, var period] when decimal.TryParse(amount, out var number) => number == 0
                ? "free"
                : $"{Money(number, currency)} {(period == "a use" ? "per use" : period)}",
            _ => plain ?? "",
        };

    private static string Money(decimal amount, string? currency)
    {
        var number =
            amount == Math.Floor(amount) ? $"{amount:N0}"
            : amount < 0.1m ? $"{amount:0.####}"
            : $"{amount:N2}";
        return currency switch
        {
            "USD" or null => "$" + number,
            "EUR" => "€" + number,
            "GBP" => "£" + number,
            _ => $"{number} {currency}",
        };
    }

    private static string Per(string? period) =>
        period switch
        {
            "month" => " a month",
            "year" => " a year",
            "use" => " per use",
            _ => "",
        };

    public static string Wait(int seconds) =>
        seconds switch
        {
            1 => "a second",
            < 90 => $"{seconds} seconds",
            _ => $"{(seconds + 59) / 60} minutes",
        };

    public static string Day(DateTimeOffset? at) => at is { } day ? $"{day.UtcDateTime:d MMMM yyyy}" : "";

    public static string Moment(DateTimeOffset at) => $"{at.UtcDateTime:d MMM yyyy, HH:mm} UTC";
}
