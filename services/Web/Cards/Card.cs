using System.Security.Cryptography;
using System.Text;
using Web.Parts;
using Web.Services;

namespace Web.Cards;

/// <summary>What a shared link's picture says: one tool, or two side by side, with the verdicts as they stand.</summary>
/// <param name="Kind">What the page is, in a few words.</param>
/// <param name="Sides">One or two.</param>
/// <param name="Host">Where the page is, for people who see only the picture.</param>
public sealed record Card(string Kind, IReadOnlyList<CardSide> Sides, string Host)
{
    // A new build may draw differently.
    private static readonly Guid Build = typeof(Card).Module.ModuleVersionId;

    /// <summary>Equal for equal pictures: what is said, and the build that draws it. Known before anything is drawn.</summary>
    public string Tag { get; } =
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Build}\n{Kind}\n{Host}\n{string.Join('\n', Sides)}")))[..20];

    public static Card Of(Tool tool, Tallies tallies, string host) => new("Ship or skip?", [CardSide.Of(tool, tallies)], host);

    public static Card Of(Comparison comparison, Tallies tallies, string host) =>
        new("AI tool comparison", [CardSide.Of(comparison.A, tallies), CardSide.Of(comparison.B, tallies)], host);
}

/// <param name="Ship">The community's share in percent; null draws an empty bar.</param>
/// <param name="Early">Few have voted: the share is not drawn as if it were a verdict.</param>
public sealed record CardSide(
    string Slug,
    string Name,
    string Category,
    string Tagline,
    string Panel,
    string Reviewers,
    string Community,
    string Votes,
    double? Ship,
    bool Early
)
{
    public static CardSide Of(Tool tool, Tallies tallies)
    {
        var tally = tallies.Of(tool.Slug);
        return new CardSide(
            tool.Slug,
            tool.Name,
            tool.Category.Name,
            tool.Tagline,
            Wording.PanelPercent(tool.Panel),
            Wording.PanelCaption(tool.Panel),
            Wording.Percent(tally?.ShipPercent),
            tally is null ? "not available" : Wording.Votes(tally.Total) + (tally.IsEarly ? ", early" : ""),
            tally?.ShipPercent,
            tally is { IsEarly: true }
        );
    }
}
