namespace Web;

/// <summary>How numbers and verdicts are put into words, the same on every page. site.js words live changes alike; change both together.</summary>
public static class Wording
{
    /// <summary>Stands for a number there is not.</summary>
    public const string None = "—";

    /// <summary>The community's share, always one decimal: 80.0%.</summary>
    public static string Percent(double? percent) => percent is { } value ? $"{value:0.0}%" : None;

    /// <summary>The panel's share: 100%, 66.7%.</summary>
    public static string PanelPercent(Panel panel) => panel.Total == 0 ? None : $"{panel.ShipPercent ?? 100.0 * panel.Ship / panel.Total:0.#}%";

    public static string PanelCaption(Panel panel) => panel.Total == 0 ? "No reviews yet" : $"{panel.Ship} of {panel.Total} reviewers say ship";

    public static string Votes(long count) => count == 1 ? "1 vote" : $"{count:N0} votes";

    public static string Caption(ToolTally tally) => tally is { Total: > 0, Interval: { } likely }
        ? $"{Percent(tally.ShipPercent)} ship, {Votes(tally.Total)}, likely between {likely.Low:0.0}% and {likely.High:0.0}%"
        : "No votes yet. Yours would be the first.";

    /// <summary>True when the panel's majority and that of at least ten votes say opposite things.</summary>
    public static bool Disagree(Panel panel, ToolTally? tally) =>
        tally is { Total: >= ToolTally.Early, Majority: { } community } && panel.Majority is { } experts && experts != community;

    public static string Disagreement(Panel panel) => panel.Majority == "ship"
        ? "Panel and community disagree: most reviewers say ship, most voters say skip."
        : "Panel and community disagree: most reviewers say skip, most voters say ship.";

    public static string Verdict(bool ship) => ship ? "Ship" : "Skip";

    public static string Amount(Plan plan) => plan.Amount switch
    {
        null => "On request",
        0 => "Free",
        { } amount => $"{Money(amount, plan.Currency)}{Per(plan.Period)}",
    };

    private static string Money(decimal amount, string? currency)
    {
        var number = amount == Math.Floor(amount) ? $"{amount:N0}" : amount < 0.1m ? $"{amount:0.####}" : $"{amount:N2}";
        return currency switch { "USD" or null => "$" + number, "EUR" => "€" + number, "GBP" => "£" + number, _ => $"{number} {currency}" };
    }

    private static string Per(string? period) => period switch
    {
        "month" => " a month",
        "year" => " a year",
        "use" => " per use",
        _ => "",
    };

    public static string Day(DateTimeOffset? at) => at is { } day ? $"{day.UtcDateTime:d MMMM yyyy}" : "";
}
