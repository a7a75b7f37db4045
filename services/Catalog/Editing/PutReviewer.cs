using Catalog.Store;
using Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Catalog.Editing;

internal sealed record ReviewerEdit(string? Name = null, string? Role = null);

/// <summary>
/// Adds a reviewer to the panel or renames one; every tool the reviewer wrote about then shows the new name, and gets a new version.
/// </summary>
internal static class PutReviewer
{
    public static async Task<Results<Ok<Reviewer>, Created<Reviewer>, ValidationProblem, ProblemHttpResult>> Handle(
        string slug,
        HttpContext context,
        Edit edit,
        CancellationToken cancellationToken
    )
    {
        var (sent, unreadable) = await EditBody.ReadAsync<ReviewerEdit>(context, cancellationToken);
        if (unreadable is not null)
            return unreadable;

        return await edit.RunAsync<Results<Ok<Reviewer>, Created<Reviewer>, ValidationProblem, ProblemHttpResult>>(async catalog =>
        {
            var check = new EditErrors();
            check.SlugOf("slug", slug);
            var present = check.Passed ? await catalog.ReviewerAsync(slug) : null;
            if (Conditional.Refusal(context.Request, present is null ? null : Conditional.Strong(present)) is { } refusal)
                return refusal;

            var reviewer = Reviewer(check, slug, sent!.Name, sent.Role);
            if (!check.Passed)
                return EditBody.Invalid(check);

            if (present?.Reviewer() != reviewer)
                await SaveAsync(catalog, edit, present?.Reviewer(), reviewer);
            context.Response.Headers.ETag = Conditional.Strong((await catalog.ReviewerAsync(slug))!);
            return present is null ? TypedResults.Created($"/api/reviewers/{slug}", reviewer) : TypedResults.Ok(reviewer);
        });
    }

    public static Reviewer Reviewer(EditErrors check, string slug, string? name, string? role) =>
        new(slug, check.Text("name", name, Limits.Name), check.Text("role", role, Limits.ReviewerRole));

    public static async Task SaveAsync(CatalogWriter catalog, Edit edit, Reviewer? present, Reviewer reviewer)
    {
        var now = edit.Now;
        var before = await catalog.ToolsAsync([.. await catalog.ToolsReviewedByAsync(reviewer.Slug)]);
        await catalog.SaveReviewerAsync(reviewer);
        await edit.RecordAsync(catalog, now, "reviewer", reviewer.Slug, present, reviewer);
        foreach (var tool in before)
            await PutReview.Touched(catalog, edit, tool, now);
    }
}
