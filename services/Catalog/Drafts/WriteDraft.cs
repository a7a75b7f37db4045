using System.Text.Json;
using Catalog.Editing;
using Catalog.Store;
using Hosting.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Catalog.Drafts;

/// <summary>
/// Saves a draft, publishes one, throws one away. Editors share one draft of each thing; its ETag guards it as a tool's guards the tool.
/// Publishing sends the text along: it is published or, if something is wrong with it or someone else published meanwhile, kept as the
/// draft, so that no answer loses what was typed.
/// </summary>
internal static class WriteDraft
{
    public static Task<IResult> SaveAsync(
        string kind,
        string slug,
        HttpContext context,
        Edit edit,
        DraftOf drafts,
        CancellationToken cancellationToken
    ) =>
        RunAsync(
            kind,
            slug,
            context,
            edit,
            async (catalog, word, sent, former) => TypedResults.Ok(await KeepAsync(catalog, edit, drafts, word, slug, sent, former)),
            cancellationToken
        );

    public static Task<IResult> PublishAsync(
        string kind,
        string slug,
        HttpContext context,
        Edit edit,
        DraftOf drafts,
        CancellationToken cancellationToken
    ) =>
        RunAsync(
            kind,
            slug,
            context,
            edit,
            async (catalog, word, sent, former) =>
            {
                if ((await drafts.PresentAsync(catalog, word, slug)).Version != sent.Base)
                {
                    await KeepAsync(catalog, edit, drafts, word, slug, sent, former);
                    return Problems.Of(
                        412,
                        "publish-conflict",
                        "It was published by somebody else since this draft was begun. The draft is kept; bring the two together "
                            + "and publish again."
                    );
                }

                var check = new EditErrors();
                var published = await drafts.PublishAsync(check, catalog, edit, word, slug, sent.Document!.Value);
                if (published is null)
                {
                    await KeepAsync(catalog, edit, drafts, word, slug, sent, former);
                    return EditBody.Invalid(check);
                }

                if (former is not null)
                {
                    await catalog.DeleteDraftAsync(word, slug);
                    // What was published is written down with its words; only a draft that said nothing new leaves no other trace.
                    if (!catalog.Edited)
                        await edit.RecordAsync(catalog, edit.Now, $"{word}-draft", slug, ReadDrafts.Parse(former), null);
                }

                context.Response.Headers.ETag = published is Tool tool
                    ? Conditional.Strong(tool)
                    : Conditional.Strong((Comparison)published);
                return TypedResults.Ok(published);
            },
            cancellationToken
        );

    public static Task<Results<NoContent, ProblemHttpResult>> DiscardAsync(string kind, string slug, HttpContext context, Edit edit) =>
        edit.RunAsync<Results<NoContent, ProblemHttpResult>>(async catalog =>
        {
            if (DraftOf.KindOf(kind, slug) is not { } word || await catalog.DraftAsync(word, slug) is not { } row)
                return ReadDrafts.Unknown();
            if (Conditional.Refusal(context.Request, ReadDrafts.Tag(row)) is { } refusal)
                return refusal;
            await catalog.DeleteDraftAsync(word, slug);
            await edit.RecordAsync(catalog, edit.Now, $"{word}-draft", slug, ReadDrafts.Parse(row), null);
            return TypedResults.NoContent();
        });

    private static async Task<IResult> RunAsync(
        string kind,
        string slug,
        HttpContext context,
        Edit edit,
        Func<CatalogWriter, string, DraftEdit, DraftRow?, Task<IResult>> write,
        CancellationToken cancellationToken
    )
    {
        if (DraftOf.KindOf(kind, slug) is not { } word)
            return Problems.Of(
                404,
                "unknown-draft",
                "Drafts are of tools and of comparisons: tools/{slug}, comparisons/{a}-vs-{b} in alphabetical order."
            );
        var (sent, unreadable) = await EditBody.ReadAsync<DraftEdit>(context, cancellationToken);
        if (unreadable is not null)
            return unreadable;
        if (sent is not { Base: >= 0, Document.ValueKind: JsonValueKind.Object } || SaysTwice(sent.Document.Value))
            return Problems.Of(400, "malformed-request", "A draft is {\"base\": version, \"document\": {…}}, and names nothing twice.");
        return await edit.RunAsync(async catalog =>
        {
            var former = await catalog.DraftAsync(word, slug);
            return Conditional.Refusal(context.Request, former is null ? null : ReadDrafts.Tag(former)) is { } refusal
                ? refusal
                : await write(catalog, word, sent, former);
        });
    }

    // Which of two members of one name is meant, readers of the document would each decide for themselves.
    private static bool SaysTwice(JsonElement document)
    {
        try
        {
            _ = JsonElement.Parse(document.GetRawText(), new JsonDocumentOptions { AllowDuplicateProperties = false });
            return false;
        }
        catch (JsonException)
        {
            return true;
        }
    }

    private static async Task<Draft> KeepAsync(
        CatalogWriter catalog,
        Edit edit,
        DraftOf drafts,
        string word,
        string slug,
        DraftEdit sent,
        DraftRow? former
    )
    {
        var (text, now) = (sent.Document!.Value.GetRawText(), edit.Now);
        var (present, stands) = await drafts.PresentAsync(catalog, word, slug);
        if (former is null || former.Document != text || former.BasedOn != sent.Base)
        {
            await edit.RecordAsync(
                catalog,
                now,
                $"{word}-draft",
                slug,
                former is null ? stands : ReadDrafts.Parse(former),
                sent.Document.Value
            );
            former = new()
            {
                Kind = word,
                Slug = slug,
                Document = text,
                BasedOn = sent.Base!.Value,
                Editor = edit.Editor,
                SavedAt = StoredUnits.Text(now),
                Version = catalog.Number,
            };
            await catalog.SaveDraftAsync(former);
        }

        edit.Context.Response.Headers.ETag = ReadDrafts.Tag(former);
        return new(word + "s", slug, former.BasedOn, present, sent.Document.Value, former.Editor, StoredUnits.Time(former.SavedAt));
    }
}
