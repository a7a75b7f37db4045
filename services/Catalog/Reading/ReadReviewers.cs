using Catalog.Store;
using Contracts;
using Hosting.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Catalog.Reading;

/// <summary>The panel. Editors read a reviewer's ETag here before they change one.</summary>
internal static class ReadReviewers
{
    public static Task<Results<Ok<List<Reviewer>>, StatusCodeHttpResult>> List(
        HttpContext context,
        CatalogStore store,
        CancellationToken cancellationToken
    ) =>
        store.ReadAsync<Results<Ok<List<Reviewer>>, StatusCodeHttpResult>>(
            async catalog =>
                Conditional.Has(context, Conditional.Weak(await catalog.StampAsync()))
                    ? Conditional.NotModified
                    : TypedResults.Ok((await catalog.ReviewersAsync()).Select(row => row.Reviewer()).ToList()),
            cancellationToken
        );

    public static Task<Results<Ok<Reviewer>, StatusCodeHttpResult, ProblemHttpResult>> One(
        string slug,
        HttpContext context,
        CatalogStore store,
        CancellationToken cancellationToken
    ) =>
        store.ReadAsync<Results<Ok<Reviewer>, StatusCodeHttpResult, ProblemHttpResult>>(
            async catalog =>
            {
                if (!Slug.IsValid(slug) || await catalog.ReviewerAsync(slug) is not { } row)
                    return Unknown();
                return Conditional.Has(context, Conditional.Strong(row)) ? Conditional.NotModified : TypedResults.Ok(row.Reviewer());
            },
            cancellationToken
        );

    public static ProblemHttpResult Unknown() => Problems.Of(404, "unknown-reviewer", "There is no reviewer with this slug.");
}
