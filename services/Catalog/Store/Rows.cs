namespace Catalog.Store;

internal sealed class ToolRow
{
    public string Slug { get; set; } = "";
    public string Name { get; set; } = "";
    public string Tagline { get; set; } = "";
    public string Maker { get; set; } = "";
    public string Category { get; set; } = "";
    public string CategoryName { get; set; } = "";
    public string Description { get; set; } = "";
    public string Website { get; set; } = "";
    public string Pricing { get; set; } = "";
    public string EntryLabel { get; set; } = "";
    public long EntryAmount { get; set; }
    public string EntryCurrency { get; set; } = "";
    public string? EntryPeriod { get; set; }
    public int Retired { get; set; }
    public string PublishedAt { get; set; } = "";
    public string UpdatedAt { get; set; } = "";
    public long Version { get; set; }
    public int Ship { get; set; }
    public int Skip { get; set; }

    public ToolSummary Summary() =>
        new()
        {
            Slug = Slug,
            Name = Name,
            Tagline = Tagline,
            Maker = Maker,
            Category = new(Category, CategoryName),
            EntryPrice = new(EntryLabel, StoredUnits.Amount(EntryAmount), EntryCurrency, StoredUnits.Period(EntryPeriod)),
            Panel = new(Ship, Skip),
            Retired = Retired != 0,
            PublishedAt = StoredUnits.Time(PublishedAt),
            UpdatedAt = StoredUnits.Time(UpdatedAt),
        };

    public Tool Whole(IEnumerable<PlanRow> plans, IEnumerable<ReviewRow> reviews)
    {
        var summary = Summary();
        return new()
        {
            Slug = Slug,
            Name = Name,
            Tagline = Tagline,
            Maker = Maker,
            Category = summary.Category,
            EntryPrice = summary.EntryPrice,
            Panel = summary.Panel,
            Retired = summary.Retired,
            PublishedAt = summary.PublishedAt,
            UpdatedAt = summary.UpdatedAt,
            Description = Description,
            Website = Website,
            Pricing = Pricing,
            Plans =
            [
                .. plans.Select(plan => new Plan(
                    plan.Name,
                    StoredUnits.Amount(plan.Amount),
                    plan.Currency,
                    StoredUnits.Period(plan.Period),
                    plan.Note
                )),
            ],
            Reviews = [.. reviews.Select(review => review.Review())],
            Version = Version,
        };
    }
}

/// <summary>What of a tool can be searched.</summary>
internal sealed class SearchRow
{
    public string Slug { get; set; } = "";
    public string Name { get; set; } = "";
    public string SortName { get; set; } = "";
    public string Tagline { get; set; } = "";
    public string Maker { get; set; } = "";
    public string Category { get; set; } = "";
    public string CategoryName { get; set; } = "";
    public string Description { get; set; } = "";
    public string Pricing { get; set; } = "";
    public string? Plans { get; set; }
    public long EntryAmount { get; set; }
}

internal sealed class PlanRow
{
    public string Tool { get; set; } = "";
    public string Name { get; set; } = "";
    public long Amount { get; set; }
    public string Currency { get; set; } = "";
    public string? Period { get; set; }
    public string? Note { get; set; }
}

internal sealed class ReviewRow
{
    public string Tool { get; set; } = "";
    public string Reviewer { get; set; } = "";
    public string ReviewerName { get; set; } = "";
    public string Role { get; set; } = "";
    public string Verdict { get; set; } = "";
    public string Quote { get; set; } = "";
    public string At { get; set; } = "";
    public int Sample { get; set; }

    public Review Review() =>
        new(new(Reviewer, ReviewerName, Role), StoredUnits.Verdict(Verdict), Quote, StoredUnits.Time(At), Sample != 0);
}

internal sealed class ComparisonRow
{
    public string Slug { get; set; } = "";
    public string A { get; set; } = "";
    public string B { get; set; } = "";
    public string Summary { get; set; } = "";
    public string Pricing { get; set; } = "";
    public int Removed { get; set; }
    public string PublishedAt { get; set; } = "";
    public string UpdatedAt { get; set; } = "";
    public long Version { get; set; }

    /// <summary>The same words about another pair, or in another state.</summary>
    public ComparisonRow With(string slug, string a, string b, int removed, string updatedAt, long version) =>
        new()
        {
            Slug = slug,
            A = a,
            B = b,
            Summary = Summary,
            Pricing = Pricing,
            Removed = removed,
            PublishedAt = PublishedAt,
            UpdatedAt = updatedAt,
            Version = version,
        };
}

internal sealed class ReviewerRow
{
    public string Slug { get; set; } = "";
    public string Name { get; set; } = "";
    public string Role { get; set; } = "";
    public long Version { get; set; }

    public Reviewer Reviewer() => new(Slug, Name, Role);
}

internal sealed class EditRow
{
    public long Id { get; set; }
    public string Editor { get; set; } = "";
    public string Kind { get; set; } = "";
    public string Slug { get; set; } = "";
    public string At { get; set; } = "";
    public string? Previous { get; set; }
    public string? Next { get; set; }
}

internal sealed class DraftRow
{
    public string Kind { get; set; } = "";
    public string Slug { get; set; } = "";
    public string Document { get; set; } = "";
    public long BasedOn { get; set; }
    public string Editor { get; set; } = "";
    public string SavedAt { get; set; } = "";
    public long Version { get; set; }
}
