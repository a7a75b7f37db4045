using Web.Services;

namespace Web.Parts;

/// <summary>
/// The question a page asks, answered by its votes in one sentence. It names a winner only where chance alone would hardly make one.
/// answers.js words live changes alike; change both together.
/// </summary>
public static class LiveAnswer
{
    /// <summary>Which of two: the community leans to one, or it is too close, too early, or nobody has voted.</summary>
    public static string Of(Tool a, Tool b, Tallies tallies)
    {
        if (tallies.IsUnavailable)
            return Unavailable;
        var (ofA, ofB) = (tallies.Of(a.Slug), tallies.Of(b.Slug));
        return (ofA, ofB) switch
        {
            (null or { Total: 0 }, null or { Total: 0 }) => None(a.Retired && b.Retired),
            ({ } voted, null or { Total: 0 }) => OnlyOne(a, voted),
            (null or { Total: 0 }, { } voted) => OnlyOne(b, voted),
            ({ } one, { } other) when one.IsEarly || other.IsEarly => $"Too early to call: {Against(one, other)}, from few votes.",
            ({ } one, { } other) when Leads(one, other) => $"The community leans to {a.Name}: {Against(one, other)}.",
            ({ } one, { } other) when Leads(other, one) => $"The community leans to {b.Name}: {Against(other, one)}.",
            ({ } one, { } other) => $"Too close to call: {Against(one, other)}.",
        };
    }

    /// <summary>Whether to ship with this one.</summary>
    public static string Of(Tool tool, Tallies tallies) =>
        tallies.IsUnavailable
            ? Unavailable
            : tallies.Of(tool.Slug) switch
            {
                null or { Total: 0 } => None(tool.Retired),
                { IsEarly: true } tally => $"Too early to call: {tally.Ship:N0} of {Wording.Votes(tally.Total)} would ship it.",
                { Majority: "ship" } tally => $"The community would ship it: {Percent(tally)} of {Wording.Votes(tally.Total)}.",
                { Majority: "skip" } tally =>
                    $"The community would skip it: only {Percent(tally)} of {Wording.Votes(tally.Total)} say ship.",
                { } tally => $"The community is divided: {Percent(tally)} of {Wording.Votes(tally.Total)} say ship.",
            };

    private const string Unavailable = "Live numbers are unavailable right now.";

    private static string None(bool retired) => retired ? "No votes were cast." : "No votes yet: yours decides.";

    private static string OnlyOne(Tool voted, ToolTally tally) => $"Only {voted.Name} has votes so far: {Percent(tally)} would ship it.";

    // Newcombe's interval for the difference of two shares, from their Wilson intervals: more telling than whether these overlap.
    private static bool Leads(ToolTally more, ToolTally less) =>
        more is { ShipPercent: { } high, Interval: { } ofHigh }
        && less is { ShipPercent: { } low, Interval: { } ofLow }
        && high - low > Math.Sqrt(Math.Pow(high - ofHigh.Low, 2) + Math.Pow(ofLow.High - low, 2));

    private static string Against(ToolTally one, ToolTally other) => $"{Percent(one)} against {Percent(other)}";

    private static string Percent(ToolTally tally) => Wording.Percent(tally.ShipPercent);
}
