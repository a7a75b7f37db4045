using System.Text.Json.Serialization;
using Hosting.Description;

namespace Catalog;

/// <summary>What one of the panel's reviewers advises.</summary>
public enum Verdict
{
    Ship,
    Skip,
}

/// <summary>What a price buys: a month, a year, or one use (a request, a minute, a thousand tokens: the label says which).</summary>
[SchemaName("PricePeriod")]
public enum Period
{
    Month,
    Year,
    Use,
}

public sealed record Category(string Slug, string Name);

public sealed record CategoryCount(string Slug, string Name, int Tools);

/// <param name="Label">What readers see, e.g. <c>Free</c> or <c>$20 a month</c>.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Period">Null for a price paid once, or for nothing.</param>
public sealed record EntryPrice(string Label, decimal Amount, string Currency, Period? Period);

[SchemaName("PricePlan")]
public sealed record Plan(string Name, decimal Amount, string Currency, Period? Period, string? Note);

/// <summary>How the panel's verdicts split.</summary>
public sealed record Panel(int Ship, int Skip)
{
    /// <summary>One decimal, written even where it is zero; null until the first review.</summary>
    public decimal? ShipPercent => (decimal?)Contracts.Percent.Of(Ship, Ship + Skip) + 0.0m;
}

public sealed record Reviewer(string Slug, string Name, string Role);

/// <param name="Sample">True while it says what the sample content says: nobody's opinion.</param>
public sealed record Review(
    Reviewer Reviewer,
    Verdict Verdict,
    string Quote,
    DateTime At,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Sample = false
);

public record ToolSummary
{
    public required string Slug { get; init; }
    public required string Name { get; init; }
    public required string Tagline { get; init; }
    public required string Maker { get; init; }
    public required Category Category { get; init; }
    public required EntryPrice EntryPrice { get; init; }
    public required Panel Panel { get; init; }

    /// <summary>True once an editor retired it: still readable, no longer listed, takes no new votes.</summary>
    public required bool Retired { get; init; }
    public required DateTime PublishedAt { get; init; }
    public required DateTime UpdatedAt { get; init; }
}

public sealed record Tool : ToolSummary
{
    public required string Description { get; init; }
    public required string Website { get; init; }

    /// <summary>How its pricing works, in a sentence or two.</summary>
    public required string Pricing { get; init; }
    public required IReadOnlyList<Plan> Plans { get; init; }
    public required IReadOnlyList<Review> Reviews { get; init; }

    /// <summary>Grows with every change of what this document shows.</summary>
    public required long Version { get; init; }
}

public sealed record ToolPage(IReadOnlyList<ToolSummary> Tools, int Total, int Page, int Pages);

public sealed record ComparisonSummary(
    string Slug,
    string Summary,
    Category? Category,
    IReadOnlyList<ToolSummary> Tools,
    DateTime PublishedAt,
    DateTime UpdatedAt
);

public sealed record ComparisonPage(IReadOnlyList<ComparisonSummary> Comparisons, int Total, int Page, int Pages);

/// <param name="Slug">Canonical: the two tools in alphabetical order.</param>
/// <param name="Curated">False when no editor wrote it: its words are then made from the two tools' facts, and its version is 0.</param>
/// <param name="Category">The category the two tools share, or null.</param>
public sealed record Comparison(
    string Slug,
    bool Curated,
    Category? Category,
    string Summary,
    string Pricing,
    IReadOnlyList<Tool> Tools,
    DateTime PublishedAt,
    DateTime UpdatedAt,
    long Version
);

/// <summary>Every tool as the other services' replicas need it.</summary>
/// <param name="Sample">True while any review is the sample content's; left out otherwise.</param>
public sealed record ToolStates(
    IReadOnlyList<Contracts.ToolState> Tools,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Sample = false
);

public sealed record ToolHistory(string Tool, IReadOnlyList<ToolChange> Changes);

[SchemaName("ToolChangeKind")]
public enum ChangeOf
{
    EntryPrice,
    Plan,
    Verdict,
    Retired,
}

/// <summary>One dated change that readers may want to know of.</summary>
/// <param name="Name">The plan's or the reviewer's name.</param>
/// <param name="From">As readers saw it before; null when there was nothing.</param>
/// <param name="To">As readers see it since; null when it went away.</param>
public sealed record ToolChange(
    DateTime At,
    ChangeOf What,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Name,
    string? From,
    string? To
);
