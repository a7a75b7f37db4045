using Catalog.Store;
using Contracts;
using Hosting.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Catalog.Reading;

internal static class ReadTools
{
    public static Task<Results<Ok<ToolPage>, StatusCodeHttpResult, ProblemHttpResult>> List(
        HttpContext context,
        CatalogStore store,
        SearchIndexes indexes,
        CancellationToken cancellationToken
    ) =>
        store.ReadAsync<Results<Ok<ToolPage>, StatusCodeHttpResult, ProblemHttpResult>>(
            async catalog =>
            {
                if (ListQuery.Read(context.Request, out var query) is { } refusal)
                    return refusal;
                var stamp = await catalog.StampAsync();
                if (Conditional.Has(context, Conditional.Weak(stamp)))
                    return Conditional.NotModified;

                var found = query.Text is { } text
                    ? (await indexes.OfAsync(catalog, stamp, cancellationToken)).Find(text, query.Category)
                    : null;
                var (tools, total) = await catalog.ListToolsAsync(query.Category, found, query.Order, query.Page);
                return TypedResults.Ok(new ToolPage(tools, total, query.Page, ListQuery.Pages(total)));
            },
            cancellationToken
        );

    public static Task<Results<Ok<Tool>, StatusCodeHttpResult, RedirectHttpResult, ProblemHttpResult>> One(
        string slug,
        HttpContext context,
        CatalogStore store,
        CancellationToken cancellationToken
    ) =>
        store.ReadAsync<Results<Ok<Tool>, StatusCodeHttpResult, RedirectHttpResult, ProblemHttpResult>>(
            async catalog =>
            {
                if (!Slug.IsValid(slug))
                    return Unknown();
                if (await FormerSlugs.ToolAsync(catalog, slug) is { } now)
                    return TypedResults.Redirect($"/api/tools/{now}", permanent: true);
                if (
                    Conditional.Asked(context)
                    && await catalog.ToolVersionAsync(slug) is { } version
                    && Conditional.Has(context, Conditional.Strong(version))
                )
                    return Conditional.NotModified;
                if (await catalog.ToolAsync(slug) is not { } tool)
                    return Unknown();
                return Conditional.Has(context, Conditional.Strong(tool)) ? Conditional.NotModified : TypedResults.Ok(tool);
            },
            cancellationToken
        );

    /// <summary>The whole list for the other services' replicas, retired tools included.</summary>
    public static Task<Results<Ok<ToolStates>, StatusCodeHttpResult>> States(
        HttpContext context,
        CatalogStore store,
        CancellationToken cancellationToken
    ) =>
        store.ReadAsync<Results<Ok<ToolStates>, StatusCodeHttpResult>>(
            async catalog =>
                Conditional.Has(context, Conditional.Weak(await catalog.StampAsync()))
                    ? Conditional.NotModified
                    : TypedResults.Ok(new ToolStates(await catalog.ToolStatesAsync(), await catalog.SampleAsync())),
            cancellationToken
        );

    public static Task<Results<Ok<IReadOnlyList<CategoryCount>>, StatusCodeHttpResult>> Categories(
        HttpContext context,
        CatalogStore store,
        CancellationToken cancellationToken
    ) =>
        store.ReadAsync<Results<Ok<IReadOnlyList<CategoryCount>>, StatusCodeHttpResult>>(
            async catalog =>
                Conditional.Has(context, Conditional.Weak(await catalog.StampAsync()))
                    ? Conditional.NotModified
                    : TypedResults.Ok(await catalog.CategoriesAsync()),
            cancellationToken
        );

    public static ProblemHttpResult Unknown() => Problems.Of(404, "unknown-tool", "There is no tool with this slug.");
}
