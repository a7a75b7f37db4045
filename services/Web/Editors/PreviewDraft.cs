using System.Text.Json.Nodes;
using Web.Editors.Documents;
using Web.Pages;
using Web.Services;

namespace Web.Editors;

/// <summary><c>/admin/preview/{kind}/{slug}</c>: the draft as readers would see it, and publishing it as it was seen.</summary>
internal static class PreviewDraft
{
    /// <summary>The preview, or the form with what is still wrong.</summary>
    public static Task<IResult> ShowAsync(string kind, string slug, HttpContext context, EditorClient editors, DraftReader drafts) =>
        OfDraftAsync(
            kind,
            slug,
            context,
            drafts,
            async (draft, document, token) =>
            {
                var form = draft.FormFor(document);
                var preview = await editors.ReadAsync(form.DraftPath + "/preview", token, context.RequestAborted);
                if (preview.Done)
                    return DraftPreview.Show(context, form, preview.Body!, 0);
                // What is there can be looked at; what is missing is counted above it, and named in the form.
                var incomplete =
                    preview.Errors.Count == 0
                        ? preview
                        : await editors.ReadAsync(form.DraftPath + "/preview?incomplete=true", token, context.RequestAborted);
                return incomplete.Done
                    ? DraftPreview.Show(context, form, incomplete.Body!, preview.Errors.Count)
                    : FormPage.Show(context, draft, document, preview);
            }
        );

    /// <summary>Publishes the draft as it was previewed, or shows in the form what stands in the way, where it can be mended.</summary>
    public static Task<IResult> PublishAsync(string kind, string slug, HttpContext context, EditorClient editors, DraftReader drafts) =>
        OfDraftAsync(
            kind,
            slug,
            context,
            drafts,
            async (draft, document, token) =>
            {
                var cancellationToken = context.RequestAborted;
                var form = draft.FormFor(document);
                var answer = await editors.PublishDraftAsync(form.DraftPath, token, draft.Tag, draft.Base, document, cancellationToken);
                if (answer.Done)
                    return Page.SeeOther(context, form.Address + FormPage.JustPublished);
                if (!answer.Conflict)
                    return FormPage.Show(context, draft, document, answer);
                var (began, by) = await drafts.CommonTextAsync(form, "", draft.Base, !answer.OfPublished, token, cancellationToken);
                var merge = Merge.Of(form, document, draft.Published ?? [], began, by) with { Public = true };
                return FormPage.Show(context, draft with { Base = draft.Present }, merge.Document, answer, merge);
            }
        );

    // Goes on with the draft, or with what a draft would begin with.
    private static Task<IResult> OfDraftAsync(
        string kind,
        string slug,
        HttpContext context,
        DraftReader drafts,
        Func<OpenDraft, JsonObject, string, Task<IResult>> goOn
    ) =>
        SignIn.RequiredAsync(
            context,
            async token =>
            {
                if (DocumentKind.Named(kind) is not { IsDrafted: true } known || !known.IsSlug(slug))
                    return Page.NotFound(context, "draft");
                var draft = await drafts.OpenAsync(known, slug, token, context.RequestAborted);
                if (draft.Refused is { } status)
                    return SignIn.AskAgain(context, status);
                return draft.Document is { } document ? await goOn(draft, document, token) : Page.NotFound(context, "draft");
            }
        );
}
