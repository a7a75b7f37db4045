using Catalog.Store;
using Contracts;
using Hosting.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Catalog.Reading;

internal static class ReadComparisons
{
    public static Task<Results<Ok<ComparisonPage>, StatusCodeHttpResult, ProblemHttpResult>> List(
        HttpContext context,
        CatalogStore store,
        CancellationToken cancellationToken
    ) =>
        store.ReadAsync<Results<Ok<ComparisonPage>, StatusCodeHttpResult, ProblemHttpResult>>(
            async catalog =>
            {
                if (ListQuery.Read(context.Request, out var query) is { } refusal)
                    return refusal;
                if (Conditional.Has(context, Conditional.Weak(await catalog.StampAsync())))
                    return Conditional.NotModified;

                var (comparisons, total) = await catalog.ListComparisonsAsync(query.Tool, query.Category, query.Page);
                return TypedResults.Ok(new ComparisonPage(comparisons, total, query.Page, ListQuery.Pages(total)));
            },
            cancellationToken
        );

    public static Task<Results<Ok<Comparison>, StatusCodeHttpResult, RedirectHttpResult, ProblemHttpResult>> One(
        string slug,
        HttpContext context,
        CatalogStore store,
        CancellationToken cancellationToken
    ) =>
        store.ReadAsync<Results<Ok<Comparison>, StatusCodeHttpResult, RedirectHttpResult, ProblemHttpResult>>(
            async catalog =>
            {
                if (Slug.Split(slug) is not var (first, second))
                    return await MovedAsync();
                var canonical = Slug.OfComparison(first, second);
                if (Conditional.Asked(context) && await StandsAsync(catalog, canonical, context))
                    return Conditional.NotModified;
                if (await Find(catalog, canonical) is not { } comparison)
                    return await MovedAsync();
                return Conditional.Has(context, Conditional.Strong(comparison)) ? Conditional.NotModified : TypedResults.Ok(comparison);

                async Task<Results<Ok<Comparison>, StatusCodeHttpResult, RedirectHttpResult, ProblemHttpResult>> MovedAsync() =>
                    await FormerSlugs.ComparisonAsync(catalog, slug) is { } now
                        ? TypedResults.Redirect($"/api/comparisons/{now}", permanent: true)
                        : Unknown();
            },
            cancellationToken
        );

    private static async Task<bool> StandsAsync(CatalogReader catalog, string canonical, HttpContext context)
    {
        var (a, b) = Slug.Split(canonical)!.Value;
        return a != b
            && await catalog.ComparisonVersionsAsync(canonical, a, b) is (var comparison, { } ofA, { } ofB)
            && Conditional.Has(context, Conditional.Strong(comparison, ofA, ofB));
    }

    /// <param name="canonical">The slug in alphabetical order.</param>
    /// <returns>The comparison, curated or made from the two tools' facts; null unless both tools are known.</returns>
    public static async Task<Comparison?> Find(CatalogReader catalog, string canonical)
    {
        var (a, b) = Slug.Split(canonical)!.Value;
        var tools = await catalog.ToolsAsync([a, b]);
        if (tools.Count < 2)
            return null;
        return Compose(
            await catalog.ComparisonAsync(canonical),
            tools.Single(tool => tool.Slug == a),
            tools.Single(tool => tool.Slug == b)
        );
    }

    public static Comparison Compose(ComparisonRow? curated, Tool a, Tool b)
    {
        var shared = a.Category == b.Category ? a.Category : null;
        return curated is { Removed: 0 }
            ? new(
                curated.Slug,
                true,
                shared,
                curated.Summary,
                curated.Pricing,
                [a, b],
                StoredUnits.Time(curated.PublishedAt),
                StoredUnits.Time(curated.UpdatedAt),
                curated.Version
            )
            : new(
                Slug.OfComparison(a.Slug, b.Slug),
                false,
                shared,
                SummaryOf(a, b, shared),
                PricingOf(a, b),
                [a, b],
                Later(a.PublishedAt, b.PublishedAt),
                Later(a.UpdatedAt, b.UpdatedAt),
                0
            );
    }

    public static ProblemHttpResult Unknown() =>
        Problems.Of(404, "unknown-comparison", "A comparison's slug is {a}-vs-{b} with the slugs of two different known tools.");

    private static string SummaryOf(Tool a, Tool b, Category? shared) =>
        (
            shared is null
                ? $"{a.Name} is listed under {a.Category.Name}, {b.Name} under {b.Category.Name}"
                : $"{a.Name} and {b.Name} are both listed under {shared.Name}"
        ) + $". {PanelOn(a)}. {PanelOn(b)}. No editor has written about this pair yet: everything below comes from each one's own page.";

    private static string PanelOn(Tool tool) =>
        tool.Panel switch
        {
            { Ship: 0, Skip: 0 } => $"The panel has not reviewed {tool.Name}",
            var panel => $"{panel.Ship} of {panel.Ship + panel.Skip} reviewers would ship {tool.Name}",
        };

    private static string PricingOf(Tool a, Tool b) =>
        $"Entry price: {a.Name} {a.EntryPrice.Label}, {b.Name} {b.EntryPrice.Label}. {a.Name}: {a.Pricing} {b.Name}: {b.Pricing}";

    private static DateTime Later(DateTime x, DateTime y) => x > y ? x : y;
}
