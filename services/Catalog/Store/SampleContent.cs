using System.Text.Json;
using Contracts;

namespace Catalog.Store;

/// <summary>The catalog a new, empty database starts with: the embedded files of <c>Sample/</c>.</summary>
internal static class SampleContent
{
    private const string Editor = "sample";

    // More than a week, so that the newsletter does not take it for news.
    private static readonly TimeSpan NewestAge = TimeSpan.FromDays(10);

    private sealed record SampleTool(
        string Slug,
        string Name,
        string Tagline,
        string Maker,
        string Category,
        string Description,
        string Website,
        string Pricing,
        EntryPrice EntryPrice,
        IReadOnlyList<Plan> Plans,
        IReadOnlyDictionary<string, SampleReview> Reviews,
        DateTime PublishedAt
    );

    private sealed record SampleReview(Verdict Verdict, string Quote);

    private sealed record SampleComparison(string A, string B, string Summary, string Pricing, DateTime PublishedAt);

    /// <summary>
    /// Loads everything in one transaction, once: a database that has ever been edited is left alone, also if editors emptied it.
    /// </summary>
    /// <returns>Whether anything was loaded.</returns>
    /// <param name="now">The newest of it is then <see cref="NewestAge"/> old, and everything else as much older as it was written: a first
    /// start never looks abandoned.</param>
    public static Task<bool> LoadAsync(CatalogStore store, DateTime now, CancellationToken cancellationToken) =>
        store.EditAsync(
            async catalog =>
            {
                if (!catalog.First)
                    return false;

                var reviewers = Read<Reviewer>("reviewers").ToDictionary(reviewer => reviewer.Slug);
                var categories = Read<Category>("categories").ToDictionary(category => category.Slug);
                var (tools, comparisons) = Dated(Read<SampleTool>("tools"), Read<SampleComparison>("comparisons"), now);
                var at = tools.Min(tool => tool.PublishedAt);

                foreach (var category in categories.Values)
                    await catalog.SaveCategoryAsync(category);
                foreach (var reviewer in reviewers.Values)
                {
                    await catalog.SaveReviewerAsync(reviewer);
                    await catalog.RecordAsync(at, Editor, "reviewer", reviewer.Slug, null, reviewer);
                }

                foreach (var sample in tools)
                {
                    var tool = Whole(sample, categories, reviewers);
                    await catalog.SaveToolAsync(tool);
                    foreach (var review in tool.Reviews)
                        await catalog.SaveReviewAsync(tool.Slug, review);
                    await catalog.RecordAsync(tool.PublishedAt, Editor, "tool", tool.Slug, null, tool);
                }

                foreach (var sample in comparisons)
                {
                    var comparison = Row(sample);
                    await catalog.SaveComparisonAsync(comparison);
                    await catalog.RecordAsync(sample.PublishedAt, Editor, "comparison", comparison.Slug, null, comparison);
                }

                return true;
            },
            cancellationToken
        );

    private static (List<SampleTool>, List<SampleComparison>) Dated(
        List<SampleTool> tools,
        List<SampleComparison> comparisons,
        DateTime now
    )
    {
        var newest = tools.Select(tool => tool.PublishedAt).Concat(comparisons.Select(pair => pair.PublishedAt)).Max();
        // By whole days: it is published in the morning, whenever the first start is.
        var later = TimeSpan.FromDays(Math.Floor((now - NewestAge - newest).TotalDays));
        return (
            [.. tools.Select(tool => tool with { PublishedAt = tool.PublishedAt + later })],
            [.. comparisons.Select(pair => pair with { PublishedAt = pair.PublishedAt + later })]
        );
    }

    private static Tool Whole(SampleTool sample, Dictionary<string, Category> categories, Dictionary<string, Reviewer> reviewers)
    {
        var reviews = sample
            .Reviews.Select(review => new Review(
                reviewers[review.Key],
                review.Value.Verdict,
                review.Value.Quote,
                sample.PublishedAt,
                Sample: true
            ))
            .ToList();
        return new()
        {
            Slug = sample.Slug,
            Name = sample.Name,
            Tagline = sample.Tagline,
            Maker = sample.Maker,
            Category = categories[sample.Category],
            EntryPrice = sample.EntryPrice,
            Panel = new(reviews.Count(review => review.Verdict is Verdict.Ship), reviews.Count(review => review.Verdict is Verdict.Skip)),
            Retired = false,
            PublishedAt = sample.PublishedAt,
            UpdatedAt = sample.PublishedAt,
            Description = sample.Description,
            Website = sample.Website,
            Pricing = sample.Pricing,
            Plans = sample.Plans,
            Reviews = reviews,
            Version = 1,
        };
    }

    private static ComparisonRow Row(SampleComparison sample) =>
        new()
        {
            Slug = Slug.OfComparison(sample.A, sample.B),
            A = string.CompareOrdinal(sample.A, sample.B) < 0 ? sample.A : sample.B,
            B = string.CompareOrdinal(sample.A, sample.B) < 0 ? sample.B : sample.A,
            Summary = sample.Summary,
            Pricing = sample.Pricing,
            PublishedAt = StoredUnits.Text(sample.PublishedAt),
            UpdatedAt = StoredUnits.Text(sample.PublishedAt),
            Version = 1,
        };

    private static List<T> Read<T>(string name)
    {
        var assembly = typeof(SampleContent).Assembly;
        // A file per subject (tools-writing.json, tools-search.json…) keeps each short enough to edit.
        var found = new List<T>();
        foreach (
            var file in assembly
                .GetManifestResourceNames()
                .Where(file => file.Contains($".Sample.{name}", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
        )
        {
            using var stream = assembly.GetManifestResourceStream(file)!;
            found.AddRange(JsonSerializer.Deserialize<List<T>>(stream, CatalogWriter.Documents)!);
        }

        return found;
    }
}
