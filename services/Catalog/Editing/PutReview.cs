using Catalog.Reading;
using Catalog.Store;
using Contracts;
using Hosting.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Catalog.Editing;

internal sealed record ReviewEdit(string? Verdict = null, string? Quote = null);

/// <summary>
/// Writes one reviewer's review of a tool. A review is part of its tool's document: the tool's ETag guards it, and the tool's version
/// grows.
/// </summary>
internal static class PutReview
{
    public static async Task<Results<Ok<Tool>, Created<Tool>, ValidationProblem, ProblemHttpResult>> Handle(
        string slug,
        string reviewer,
        HttpContext context,
        Edit edit,
        CancellationToken cancellationToken
    )
    {
        var (sent, unreadable) = await EditBody.ReadAsync<ReviewEdit>(context, cancellationToken);
        if (unreadable is not null)
            return unreadable;

        return await edit.RunAsync<Results<Ok<Tool>, Created<Tool>, ValidationProblem, ProblemHttpResult>>(async catalog =>
        {
            if (!Slug.IsValid(slug) || await catalog.ToolAsync(slug) is not { } present)
                return ReadTools.Unknown();
            if (!Slug.IsValid(reviewer) || await catalog.ReviewerAsync(reviewer) is not { } author)
                return ReadReviewers.Unknown();
            var former = present.Reviews.SingleOrDefault(review => review.Reviewer.Slug == reviewer);
            if (Refusal(context.Request, present, former) is { } refusal)
                return refusal;

            var check = new EditErrors();
            var verdict = check.Word<Verdict>("verdict", sent!.Verdict);
            if (sent.Verdict is null)
                check.Fail("verdict", "is missing");
            var quote = check.Text("quote", sent.Quote, Limits.Quote, lines: true);
            if (!check.Passed)
                return EditBody.Invalid(check);

            var tool = present;
            if (former is null || former.Verdict != verdict || former.Quote != quote)
            {
                var now = edit.Now;
                await catalog.SaveReviewAsync(slug, new(author.Reviewer(), verdict!.Value, quote, now));
                tool = await Touched(catalog, edit, present, now);
            }

            context.Response.Headers.ETag = Conditional.Strong(tool);
            return former is null ? TypedResults.Created($"/api/tools/{slug}", tool) : TypedResults.Ok(tool);
        });
    }

    /// <summary>A new review overwrites nobody's, so only a change of one must name the tool's version.</summary>
    public static ProblemHttpResult? Refusal(HttpRequest request, Tool present, Review? former) =>
        request.Headers.IfMatch.Count == 0 && request.Headers.IfNoneMatch.Count > 0
            ? Conditional.Refusal(request, former is null ? null : Conditional.Strong(present))
            : Conditional.Refusal(request, Conditional.Strong(present), required: former is not null);

    /// <summary>The tool after something beside it changed, with its new version, written down.</summary>
    public static async Task<Tool> Touched(CatalogWriter catalog, Edit edit, Tool before, DateTime now)
    {
        await catalog.TouchToolAsync(before.Slug, now);
        var tool = (await catalog.ToolAsync(before.Slug))!;
        await edit.RecordAsync(catalog, now, "tool", before.Slug, before, tool);
        return tool;
    }
}

internal static class DeleteReview
{
    public static Task<Results<Ok<Tool>, ProblemHttpResult>> Handle(string slug, string reviewer, HttpContext context, Edit edit) =>
        edit.RunAsync<Results<Ok<Tool>, ProblemHttpResult>>(async catalog =>
        {
            if (!Slug.IsValid(slug) || await catalog.ToolAsync(slug) is not { } present)
                return ReadTools.Unknown();
            if (present.Reviews.SingleOrDefault(review => review.Reviewer.Slug == reviewer) is not { } former)
                return Problems.Of(404, "unknown-review", "This reviewer has not reviewed this tool.");
            if (PutReview.Refusal(context.Request, present, former) is { } refusal)
                return refusal;

            await catalog.DeleteReviewAsync(slug, reviewer);
            var tool = await PutReview.Touched(catalog, edit, present, edit.Now);
            context.Response.Headers.ETag = Conditional.Strong(tool);
            return TypedResults.Ok(tool);
        });
}
