using Catalog.Reading;
using Catalog.Store;
using Contracts;
using Hosting.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Catalog.Editing;

internal sealed record ComparisonEdit(string? Summary = null, string? Pricing = null);

/// <summary>Curates the comparison of two known tools, or changes what was written about them.</summary>
internal static class PutComparison
{
    public static async Task<Results<Ok<Comparison>, Created<Comparison>, ValidationProblem, ProblemHttpResult>> Handle(
        string slug,
        HttpContext context,
        Edit edit,
        CancellationToken cancellationToken
    )
    {
        var (sent, unreadable) = await EditBody.ReadAsync<ComparisonEdit>(context, cancellationToken);
        if (unreadable is not null)
            return unreadable;

        return await edit.RunAsync<Results<Ok<Comparison>, Created<Comparison>, ValidationProblem, ProblemHttpResult>>(async catalog =>
        {
            var check = new EditErrors();
            if (Slug.Split(slug) is not var (a, b) || string.CompareOrdinal(a, b) > 0)
            {
                check.Fail("slug", "is not {a}-vs-{b} with the slugs of two different tools in alphabetical order");
                return EditBody.Invalid(check);
            }

            var tools = await catalog.ToolsAsync([a, b]);
            foreach (var unknown in ((string[])[a, b]).Except(tools.Select(tool => tool.Slug)))
                check.Fail("slug", $"names a tool that is not known: {unknown}");
            if (!check.Passed)
                return EditBody.Invalid(check);

            var row = await catalog.ComparisonAsync(slug);
            var (first, second) = (tools.Single(tool => tool.Slug == a), tools.Single(tool => tool.Slug == b));
            var present = row is { Removed: 0 } ? ReadComparisons.Compose(row, first, second) : null;
            if (Conditional.Refusal(context.Request, present is null ? null : Conditional.Strong(present)) is { } refusal)
                return refusal;

            var summary = check.Text("summary", sent!.Summary, Limits.ComparisonText, lines: true);
            var pricing = check.Text("pricing", sent.Pricing, Limits.ComparisonText, lines: true);
            if (!check.Passed)
                return EditBody.Invalid(check);

            if (row is not { Removed: 0 } || row.Summary != summary || row.Pricing != pricing)
            {
                var now = StoredUnits.Text(edit.Now);
                var next = new ComparisonRow
                {
                    Slug = slug,
                    A = a,
                    B = b,
                    Summary = summary,
                    Pricing = pricing,
                    PublishedAt = present is null ? now : row!.PublishedAt,
                    UpdatedAt = now,
                    // Grows on through removal and return, so that the other services never take an old state for the newer one.
                    Version = (row?.Version ?? 0) + 1,
                };
                await catalog.SaveComparisonAsync(next);
                await edit.RecordAsync(catalog, StoredUnits.Time(now), "comparison", slug, row, next);
                row = next;
            }

            var comparison = ReadComparisons.Compose(row, first, second);
            context.Response.Headers.ETag = Conditional.Strong(comparison);
            return present is null ? TypedResults.Created($"/api/comparisons/{slug}", comparison) : TypedResults.Ok(comparison);
        });
    }
}

/// <summary>Takes a comparison's editorial text away; the two tools can still be set side by side, uncurated.</summary>
internal static class RemoveComparison
{
    public static Task<Results<NoContent, ProblemHttpResult>> Handle(string slug, HttpContext context, Edit edit) =>
        edit.RunAsync<Results<NoContent, ProblemHttpResult>>(async catalog =>
        {
            if (Slug.Split(slug) is not var (a, b) || await catalog.ComparisonAsync(slug) is not { Removed: 0 } row)
                return Problems.Of(404, "unknown-comparison", "No editor has written a comparison with this slug.");
            var tools = await catalog.ToolsAsync([a, b]);
            var present = ReadComparisons.Compose(row, tools.Single(tool => tool.Slug == a), tools.Single(tool => tool.Slug == b));
            if (Conditional.Refusal(context.Request, Conditional.Strong(present)) is { } refusal)
                return refusal;

            var now = StoredUnits.Text(edit.Now);
            await catalog.SaveComparisonAsync(row.With(slug, row.A, row.B, removed: 1, now, row.Version + 1));
            await edit.RecordAsync(catalog, StoredUnits.Time(now), "comparison", slug, row, null);
            return TypedResults.NoContent();
        });
}
