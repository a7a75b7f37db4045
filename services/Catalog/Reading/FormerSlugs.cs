using Catalog.Store;
using Contracts;

namespace Catalog.Reading;

/// <summary>Finds a tool or comparison by an address it had before.</summary>
internal static class FormerSlugs
{
    /// <returns>The tool's present slug; null when it has none but this.</returns>
    public static async Task<string?> ToolAsync(CatalogReader catalog, string slug) =>
        Slug.IsToolSlug(slug) ? null : await catalog.MovedToAsync(slug);

    /// <returns>The slug of the comparison that this one was before a tool of it moved; null when there was none.</returns>
    public static async Task<string?> ComparisonAsync(CatalogReader catalog, string slug)
    {
        // A former slug may read in several ways; one that names a tool that moved is the one that was meant.
        for (
            var at = slug.IndexOf(Slug.Versus, StringComparison.Ordinal);
            at >= 0;
            at = slug.IndexOf(Slug.Versus, at + 1, StringComparison.Ordinal)
        )
        {
            var (a, b) = (slug[..at], slug[(at + Slug.Versus.Length)..]);
            if (!Slug.IsValid(a) || !Slug.IsValid(b))
                continue;
            var (nowA, nowB) = (await ToolAsync(catalog, a), await ToolAsync(catalog, b));
            if ((nowA ?? nowB) is null)
                continue;
            (a, b) = (nowA ?? a, nowB ?? b);
            if (a != b && (await catalog.ToolsAsync([a, b])).Count == 2)
                return Slug.OfComparison(a, b);
        }

        return null;
    }
}
