using Catalog.Reading;
using Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Catalog.Editing;

/// <summary>Creates a tool, changes it, or brings a retired one back.</summary>
internal static class PutTool
{
    public static async Task<Results<Ok<Tool>, Created<Tool>, ValidationProblem, ProblemHttpResult>> Handle(
        string slug,
        HttpContext context,
        Edit edit,
        CancellationToken cancellationToken
    )
    {
        var (sent, unreadable) = await EditBody.ReadAsync<ToolEdit>(context, cancellationToken);
        if (unreadable is not null)
            return unreadable;

        return await edit.RunAsync<Results<Ok<Tool>, Created<Tool>, ValidationProblem, ProblemHttpResult>>(async catalog =>
        {
            var check = new EditErrors();
            check.ToolSlugOf("slug", slug);
            var present = check.Passed ? await catalog.ToolAsync(slug) : null;
            if (Conditional.Refusal(context.Request, present is null ? null : Conditional.Strong(present)) is { } refusal)
                return refusal;

            var category = sent!.Category?.Slug is { } wanted && Slug.IsValid(wanted) ? await catalog.CategoryAsync(wanted) : null;
            var tool = sent.Apply(check, slug, present, category, edit.Now);
            if (!check.Passed)
                return EditBody.Invalid(check);

            if (present is not null && WholeTool.Same(present, tool))
            {
                context.Response.Headers.ETag = Conditional.Strong(present);
                return TypedResults.Ok(present);
            }

            await WholeTool.SaveAsync(catalog, present, tool);
            await edit.RecordAsync(catalog, tool.UpdatedAt, "tool", slug, present, tool);
            context.Response.Headers.ETag = Conditional.Strong(tool);
            return present is null ? TypedResults.Created($"/api/tools/{slug}", tool) : TypedResults.Ok(tool);
        });
    }
}

/// <summary>Retires a tool: it stays readable and keeps its votes, and is no longer listed.</summary>
internal static class RetireTool
{
    public static Task<Results<Ok<Tool>, ProblemHttpResult>> Handle(string slug, HttpContext context, Edit edit) =>
        edit.RunAsync<Results<Ok<Tool>, ProblemHttpResult>>(async catalog =>
        {
            if (!Slug.IsValid(slug) || await catalog.ToolAsync(slug) is not { } present)
                return ReadTools.Unknown();
            if (Conditional.Refusal(context.Request, Conditional.Strong(present)) is { } refusal)
                return refusal;

            var tool = present;
            if (!present.Retired)
            {
                tool = present with { Retired = true, Version = present.Version + 1, UpdatedAt = edit.Now };
                await catalog.SaveToolAsync(tool);
                await edit.RecordAsync(catalog, tool.UpdatedAt, "tool", slug, present, tool);
            }

            context.Response.Headers.ETag = Conditional.Strong(tool);
            return TypedResults.Ok(tool);
        });
}
