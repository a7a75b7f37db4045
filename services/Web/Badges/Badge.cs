using System.Text.Json.Serialization;
using Web.Parts;
using Web.Services;

namespace Web.Badges;

/// <summary>What a badge says of a tool's community verdict.</summary>
/// <param name="Message">The right half: "80.0% ship · 15 votes".</param>
/// <param name="Color">Of the right half, six hexadecimal digits; white on it is readable.</param>
/// <param name="Title">The whole in a sentence.</param>
/// <param name="HasProof">True from the first vote on, which is the first that the public log holds.</param>
/// <param name="IsKnown">False when the live numbers are unavailable.</param>
internal sealed record Badge(string Label, string Message, string Color, string Title, bool HasProof = false, bool IsKnown = true)
{
    public const string DefaultLabel = "community";
    public const int LongestLabel = 40;

    private const string Ship = "14614f";
    private const string Skip = "a1400f";
    private const string Neutral = "555d66";

    public static Badge Of(Tool tool, Tallies tallies, string label) =>
        (
            tallies.Of(tool.Slug) switch
            {
                _ when tool.Retired => new Badge(label, "retired", Neutral, $"{tool.Name} is retired and takes no more votes."),
                { Total: > 0 } tally => Of(tool, tally, label),
                _ when tallies.IsUnavailable => new Badge(
                    label,
                    "unavailable",
                    Neutral,
                    $"The votes on {tool.Name} are unavailable right now.",
                    IsKnown: false
                ),
                _ => new Badge(label, "no votes yet", Neutral, $"Nobody has voted on {tool.Name} yet."),
            }
        ) with
        {
            HasProof = tallies.Of(tool.Slug) is { Version: > 0 },
        };

    private static Badge Of(Tool tool, ToolTally tally, string label) =>
        new(
            label,
            $"{Wording.Percent(tally.ShipPercent)} ship · {Wording.Votes(tally.Total)}{(tally.IsEarly ? ", early" : "")}",
            tally.Majority switch
            {
                "ship" => Ship,
                "skip" => Skip,
                _ => Neutral,
            },
            $"{tool.Name}: {Wording.Caption(tally)}"
        );
}

/// <summary>The badge in the form that shields.io's endpoint badges read.</summary>
internal sealed record ShieldsBadge(
    int SchemaVersion,
    string Label,
    string Message,
    string Color,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool IsError
)
{
    public static ShieldsBadge Of(Badge badge) => new(1, badge.Label, badge.Message, badge.Color, !badge.IsKnown);
}
