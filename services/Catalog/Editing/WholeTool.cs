using Catalog.Store;

namespace Catalog.Editing;

/// <summary>A tool with its reviews, written as one.</summary>
internal static class WholeTool
{
    /// <summary>Saying again what stands changes nothing: no version, no line in the history, no message.</summary>
    public static bool Same(Tool present, Tool next) =>
        Bare(present) == Bare(next) && present.Plans.SequenceEqual(next.Plans) && present.Reviews.SequenceEqual(next.Reviews);

    public static async Task SaveAsync(CatalogWriter catalog, Tool? present, Tool tool)
    {
        await catalog.SaveCategoryAsync(tool.Category);
        await catalog.SaveToolAsync(tool);
        foreach (
            var gone in (present?.Reviews ?? []).Where(before => tool.Reviews.All(review => review.Reviewer.Slug != before.Reviewer.Slug))
        )
            await catalog.DeleteReviewAsync(tool.Slug, gone.Reviewer.Slug);
        foreach (var review in tool.Reviews.Except(present?.Reviews ?? []))
            await catalog.SaveReviewAsync(tool.Slug, review);
    }

    private static Tool Bare(Tool tool) => tool with { Plans = [], Reviews = [], Version = 0, UpdatedAt = default };
}
