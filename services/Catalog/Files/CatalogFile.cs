using System.Text.Json.Serialization;
using Catalog.Editing;
using Catalog.Store;
using Contracts;

namespace Catalog.Files;

/// <summary>
/// The whole catalog as one file, in the sample content's format: what <c>GET /api/catalog/export</c> answers and <c>POST
/// /api/catalog/import</c> takes. Drafts, versions and the history are not in it.
/// </summary>
internal sealed record CatalogFile(
    IReadOnlyList<CategoryEdit?>? Categories = null,
    IReadOnlyList<ReviewerDocument?>? Reviewers = null,
    IReadOnlyList<ToolDocument?>? Tools = null,
    IReadOnlyList<ComparisonDocument?>? Comparisons = null
);

internal sealed record ReviewerDocument(string? Slug = null, string? Name = null, string? Role = null);

/// <summary>A tool with everything editors write of it, reviews included, by the reviewers' slugs. Also what a draft holds.</summary>
internal sealed record ToolDocument : ToolEdit
{
    [JsonPropertyOrder(-1)]
    public string? Slug { get; init; }

    /// <summary>All the reviews: one that is missing here is taken back. Without this member they stay as they are.</summary>
    public IReadOnlyDictionary<string, ReviewDocument?>? Reviews { get; init; }

    /// <summary>UTC. Without it, that of the present tool, or now.</summary>
    public DateTime? PublishedAt { get; init; }

    public static ToolDocument Of(Tool tool) =>
        new()
        {
            Slug = tool.Slug,
            Name = tool.Name,
            Tagline = tool.Tagline,
            Maker = tool.Maker,
            Category = new(tool.Category.Slug),
            Description = tool.Description,
            Website = tool.Website,
            Pricing = tool.Pricing,
            EntryPrice = new(
                tool.EntryPrice.Label,
                tool.EntryPrice.Amount,
                tool.EntryPrice.Currency,
                StoredUnits.Text(tool.EntryPrice.Period)
            ),
            Plans =
            [
                .. tool.Plans.Select(plan => new PlanEdit(plan.Name, plan.Amount, plan.Currency, StoredUnits.Text(plan.Period), plan.Note)),
            ],
            Retired = tool.Retired,
            Reviews = tool.Reviews.ToDictionary(
                review => review.Reviewer.Slug,
                ReviewDocument? (review) => new(StoredUnits.Text(review.Verdict), review.Quote, review.At)
            ),
            PublishedAt = tool.PublishedAt,
        };

    /// <summary>The tool this document makes of the present one, reviews and all.</summary>
    /// <param name="panel">Everybody whose reviews are taken, in the panel's order.</param>
    public Tool Whole(EditErrors check, string slug, Tool? present, Category? known, IReadOnlyList<Reviewer> panel, DateTime now)
    {
        var tool = Apply(check, slug, present, known, now);
        var reviews = Reviews is null ? tool.Reviews : ReviewsOf(check, Reviews, present, panel, now);
        return tool with
        {
            Reviews = reviews,
            Panel = new(reviews.Count(review => review.Verdict is Verdict.Ship), reviews.Count(review => review.Verdict is Verdict.Skip)),
            PublishedAt = check.Time("publishedAt", PublishedAt) ?? tool.PublishedAt,
        };
    }

    private static List<Review> ReviewsOf(
        EditErrors check,
        IReadOnlyDictionary<string, ReviewDocument?> sent,
        Tool? present,
        IReadOnlyList<Reviewer> panel,
        DateTime now
    )
    {
        foreach (var unknown in sent.Keys.Except(panel.Select(reviewer => reviewer.Slug)))
            check.Fail($"reviews.{unknown}", "is by nobody on the panel");
        var reviews = new List<Review>();
        foreach (var reviewer in panel.Where(reviewer => sent.ContainsKey(reviewer.Slug)))
        {
            var (field, review) = ($"reviews.{reviewer.Slug}", sent[reviewer.Slug]);
            var verdict = check.Word<Verdict>($"{field}.verdict", review?.Verdict);
            if (review?.Verdict is null)
                check.Fail($"{field}.verdict", "is missing");
            var quote = check.Text($"{field}.quote", review?.Quote, Limits.Quote, lines: true);
            var former = present?.Reviews.SingleOrDefault(before => before.Reviewer.Slug == reviewer.Slug);
            var same = former is not null && former.Verdict == verdict && former.Quote == quote;
            reviews.Add(
                new(
                    reviewer,
                    verdict ?? Verdict.Ship,
                    quote,
                    check.Time($"{field}.at", review?.At) ?? (same ? former!.At : now),
                    same && former!.Sample
                )
            );
        }

        return reviews;
    }
}

/// <param name="At">UTC, when it was written. Without it, that of the present review if it says the same, or now.</param>
internal sealed record ReviewDocument(string? Verdict = null, string? Quote = null, DateTime? At = null);

/// <param name="A">Slug of one tool.</param>
/// <param name="B">Slug of the other; the order of the two does not matter.</param>
/// <param name="PublishedAt">UTC. Without it, that of the present comparison, or now.</param>
internal sealed record ComparisonDocument(
    string? A = null,
    string? B = null,
    string? Summary = null,
    string? Pricing = null,
    DateTime? PublishedAt = null
)
{
    public static ComparisonDocument Of(ComparisonRow row) =>
        new(row.A, row.B, row.Summary, row.Pricing, StoredUnits.Time(row.PublishedAt));

    /// <summary>The row this document makes of the present one, which may be a removed one's.</summary>
    public ComparisonRow Row(EditErrors check, string slug, string a, string b, ComparisonRow? present, DateTime now) =>
        new()
        {
            Slug = slug,
            A = a,
            B = b,
            Summary = check.Text("summary", Summary, Limits.ComparisonText, lines: true),
            Pricing = check.Text("pricing", Pricing, Limits.ComparisonText, lines: true),
            PublishedAt =
                check.Time("publishedAt", PublishedAt) is { } at ? StoredUnits.Text(at)
                : present is { Removed: 0 } ? present.PublishedAt
                : StoredUnits.Text(now),
            UpdatedAt = StoredUnits.Text(now),
            // Grows on through removal and return, so that the other services never take an old state for the newer one.
            Version = (present?.Version ?? 0) + 1,
        };

    public static bool Same(ComparisonRow? present, ComparisonRow next) =>
        present is { Removed: 0 }
        && present.Summary == next.Summary
        && present.Pricing == next.Pricing
        && present.PublishedAt == next.PublishedAt;
}
