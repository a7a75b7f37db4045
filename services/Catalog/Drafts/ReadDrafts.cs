using System.Text.Json;
using Catalog.Editing;
using Catalog.Store;
using Hosting.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Catalog.Drafts;

/// <summary>Drafts, for editors only: nothing of them is in what readers, feeds or other services get.</summary>
internal static class ReadDrafts
{
    public static Task<Ok<List<DraftLine>>> ListAsync(HttpContext context, CatalogStore store, CancellationToken cancellationToken)
    {
        context.Response.Headers.CacheControl = "no-store";
        return store.ReadAsync(
            async catalog => TypedResults.Ok((await catalog.DraftsAsync()).Select(DraftLine.Of).ToList()),
            cancellationToken
        );
    }

    public static Task<Results<Ok<Draft>, ProblemHttpResult>> OneAsync(
        string kind,
        string slug,
        HttpContext context,
        CatalogStore store,
        DraftOf drafts,
        CancellationToken cancellationToken
    )
    {
        context.Response.Headers.CacheControl = "no-store";
        return store.ReadAsync<Results<Ok<Draft>, ProblemHttpResult>>(
            async catalog =>
            {
                if (DraftOf.KindOf(kind, slug) is not { } word)
                    return Unknown();
                var (version, document) = await drafts.PresentAsync(catalog, word, slug);
                if (await catalog.DraftAsync(word, slug) is { } row)
                {
                    context.Response.Headers.ETag = Tag(row);
                    return TypedResults.Ok(
                        new Draft(kind, slug, row.BasedOn, version, Parse(row), row.Editor, StoredUnits.Time(row.SavedAt))
                    );
                }

                return document is { } present ? TypedResults.Ok(new Draft(kind, slug, version, version, present, null, null)) : Unknown();
            },
            cancellationToken
        );
    }

    /// <summary>The tool or comparison as readers would see it once published.</summary>
    /// <param name="incomplete">Whether to show one that can't be published yet, with a dash where something is missing, instead of
    /// answering 400.</param>
    public static Task<Results<Ok<object>, ValidationProblem, ProblemHttpResult>> PreviewAsync(
        string kind,
        string slug,
        HttpContext context,
        CatalogStore store,
        DraftOf drafts,
        Edit edit,
        CancellationToken cancellationToken,
        bool incomplete = false
    )
    {
        context.Response.Headers.CacheControl = "no-store";
        return store.ReadAsync<Results<Ok<object>, ValidationProblem, ProblemHttpResult>>(
            async catalog =>
            {
                if (DraftOf.KindOf(kind, slug) is not { } word || await catalog.DraftAsync(word, slug) is not { } row)
                    return Unknown();
                var check = new EditErrors();
                return
                    await drafts.ComposeAsync(check, catalog, word, slug, Parse(row), edit.Now) is { } composed
                    && (incomplete || check.Passed)
                    ? TypedResults.Ok(composed)
                    : EditBody.Invalid(check);
            },
            cancellationToken
        );
    }

    public static string Tag(DraftRow row) => $"\"draft-{row.Version}\"";

    public static JsonElement Parse(DraftRow row) => JsonElement.Parse(row.Document);

    public static ProblemHttpResult Unknown() =>
        Problems.Of(404, "unknown-draft", "There is no draft of this, and nothing to begin one with.");
}
