namespace Web.Services;

// What the pages read from Catalog. Web's own records, not Catalog's: a field Catalog adds is ignored, a field that is missing is null.

public sealed record Category(string Slug, string Name, int Tools = 0);

/// <param name="Amount">In <paramref name="Currency"/>; 0 is free, null is "on request".</param>
/// <param name="Period">month, year, use, or null for once.</param>
public sealed record Price(string Label, decimal? Amount, string? Currency, string? Period);

/// <summary>The editors' experts. Never mixed with the community's tally.</summary>
public sealed record Panel(int Ship, int Skip, double? ShipPercent)
{
    public int Total => Ship + Skip;

    /// <summary>ship, skip, or null when there is no majority.</summary>
    public string? Majority =>
        Ship > Skip ? "ship"
        : Skip > Ship ? "skip"
        : null;
}

public sealed record Plan(string Name, decimal? Amount, string? Currency, string? Period, string? Note);

/// <param name="Role">What the reviewer looks at, as a phrase that follows the name: "has to build on it".</param>
public sealed record Reviewer(string Slug, string Name, string Role);

/// <param name="Sample">True when it is the sample content's: written to show the site, and nobody's opinion.</param>
public sealed record Review(Reviewer Reviewer, string Verdict, string Quote, DateTimeOffset? At, bool Sample = false)
{
    public bool Ships => Verdict == "ship";
}

/// <summary>A tool; the last parameters are there only when the tool itself was asked for, not in lists.</summary>
public sealed record Tool(
    string Slug,
    string Name,
    string Tagline,
    string? Maker,
    Category Category,
    Price EntryPrice,
    Panel Panel,
    bool Retired,
    DateTimeOffset? PublishedAt,
    DateTimeOffset? UpdatedAt,
    string? Description = null,
    string? Website = null,
    string? Pricing = null,
    IReadOnlyList<Plan>? Plans = null,
    IReadOnlyList<Review>? Reviews = null
);

public sealed record ToolList(IReadOnlyList<Tool> Tools, int Total, int Page, int Pages);

/// <summary>Two tools side by side; curated when an editor wrote it, made on request otherwise.</summary>
public sealed record Comparison(
    string Slug,
    string? Summary,
    Category? Category,
    IReadOnlyList<Tool> Tools,
    DateTimeOffset? PublishedAt,
    DateTimeOffset? UpdatedAt,
    bool Curated = true,
    string? Pricing = null
)
{
    public Tool A => Tools[0];
    public Tool B => Tools[1];
    public string Title => $"{A.Name} vs {B.Name}";
    public string Path => $"/compare/{Slug}";
}

public sealed record ComparisonList(IReadOnlyList<Comparison> Comparisons, int Total, int Page, int Pages);

/// <summary>One dated change of what readers see of a tool.</summary>
/// <param name="What">entryPrice, plan, verdict or retired; others are left out of the page.</param>
/// <param name="Name">The plan's or the reviewer's.</param>
/// <param name="From">As it was; null when there was nothing.</param>
/// <param name="To">As it is since; null when it went away.</param>
public sealed record ToolChange(DateTimeOffset At, string What, string? Name, string? From, string? To);

public sealed record ToolChanges(IReadOnlyList<ToolChange> Changes);

/// <summary>A line of Catalog's list of every tool, retired ones too.</summary>
public sealed record ToolLine(string Slug, string Name, string Category, bool Retired);

/// <param name="Sample">True while the catalog holds sample reviews.</param>
public sealed record ToolLines(IReadOnlyList<ToolLine> Tools, bool Sample = false);
