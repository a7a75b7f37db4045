using Contracts;
using Hosting.Text;

namespace Catalog.Store;

/// <summary>
/// Brings what an earlier release stored into the form this one asks for, in one edit, at every start; once it is done there is nothing to
/// do. In code and not in the schema's scripts, since slugs and sort names are made by code, and every change of a tool goes with its line
/// in the history.
/// </summary>
internal static class StoredForms
{
    private const string Editor = "upgrade";

    /// <returns>The former and the present slug of each tool that had to move.</returns>
    public static Task<List<(string From, string To)>> UpgradeAsync(
        CatalogStore store,
        DateTime now,
        CancellationToken cancellationToken
    ) =>
        store.EditAsync(
            async catalog =>
            {
                foreach (var (slug, name, sortName) in await catalog.SortNamesAsync())
                    if (Transliteration.Fold(name) is var folded && folded != sortName)
                        await catalog.SaveSortNameAsync(slug, folded);
                var moved = new List<(string, string)>();
                foreach (var slug in await catalog.UnjoinableToolsAsync())
                    moved.Add((slug, await MoveAsync(catalog, slug, now)));
                return moved;
            },
            cancellationToken
        );

    // The former row stays, retired: the other services know its votes by that name, and have to hear that it takes no more.
    private static async Task<string> MoveAsync(CatalogWriter catalog, string from, DateTime now)
    {
        var present = (await catalog.ToolAsync(from))!;
        var to = await FreeSlugAsync(catalog, from);
        var next = present with { Slug = to, Version = 1 };
        await catalog.SaveToolAsync(next);
        await catalog.MoveReviewsAsync(from, to);
        await catalog.SaveMovedAsync(from, to);
        await catalog.RecordAsync(now, Editor, "tool", to, null, next);
        var former = present with { Retired = true, UpdatedAt = now, Version = present.Version + 1, Reviews = [], Panel = new(0, 0) };
        await catalog.SaveToolAsync(former);
        await catalog.RecordAsync(now, Editor, "tool", from, present, former);

        foreach (var pair in (await catalog.AllComparisonsAsync()).Where(pair => pair.Removed == 0 && (pair.A == from || pair.B == from)))
            await MoveAsync(catalog, pair, from, to, now);
        foreach (var draft in await catalog.DraftsAsync())
            if (Renamed(draft, from, to) is { } slug)
                await catalog.MoveDraftAsync(draft.Kind, draft.Slug, slug);
        return to;
    }

    private static async Task MoveAsync(CatalogWriter catalog, ComparisonRow pair, string from, string to, DateTime now)
    {
        var other = pair.A == from ? pair.B : pair.A;
        var inOrder = string.CompareOrdinal(to, other) < 0;
        var (a, b) = inOrder ? (to, other) : (other, to);
        var next = pair.With(a + Slug.Versus + b, a, b, removed: 0, pair.UpdatedAt, version: 1);
        await catalog.SaveComparisonAsync(next);
        await catalog.RecordAsync(now, Editor, "comparison", next.Slug, null, next);
        await catalog.SaveComparisonAsync(pair.With(pair.Slug, pair.A, pair.B, removed: 1, StoredUnits.Text(now), pair.Version + 1));
        await catalog.RecordAsync(now, Editor, "comparison", pair.Slug, pair, null);
    }

    private static string? Renamed(DraftRow draft, string from, string to)
    {
        if (draft.Kind == "tool")
            return draft.Slug == from ? to : null;
        var other =
            draft.Slug.StartsWith(from + Slug.Versus, StringComparison.Ordinal) ? draft.Slug[(from.Length + Slug.Versus.Length)..]
            : draft.Slug.EndsWith(Slug.Versus + from, StringComparison.Ordinal) ? draft.Slug[..^(from.Length + Slug.Versus.Length)]
            : null;
        return other is null ? null : Slug.OfComparison(to, other);
    }

    // "halo-vs" becomes halo-versus, or halo-versus-2 where there is one.
    private static async Task<string> FreeSlugAsync(CatalogReader catalog, string from)
    {
        for (var number = 1; ; number++)
        {
            var end = number == 1 ? "-versus" : $"-versus-{number}";
            var begin = from[..^Slug.VersusAtEnd.Length];
            var slug = begin[..Math.Min(begin.Length, Slug.MaxLength - end.Length)].TrimEnd('-') + end;
            if (Slug.IsToolSlug(slug) && await catalog.ToolVersionAsync(slug) is null)
                return slug;
        }
    }
}
