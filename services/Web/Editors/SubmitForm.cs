using Web.Editors.Documents;
using Web.Pages;
using Web.Requests;
using Web.Services;

namespace Web.Editors;

/// <summary>
/// <c>POST /admin/{kind}/{slug}</c>: does what the pressed button says, and shows the form again, with both texts when somebody else was
/// first. Not behind the sign-in: who was signed out while writing keeps the text, and saves it once signed in again.
/// </summary>
internal static class SubmitForm
{
    private delegate Task<EditOutcome> Verb(Submission submission, EditorClient editors, string token, CancellationToken cancellationToken);

    public static async Task<IResult> HandleAsync(string kind, string slug, HttpContext context, EditorClient editors, DraftReader drafts)
    {
        var token = EditorSession.Token(context.Request);
        if (await context.FormAsync() is not { } sent || DocumentKind.Named(kind) is not { } known || !known.IsSlug(slug))
            return Page.NotFound(context, "form");
        var cancellationToken = context.RequestAborted;
        var submission = Submission.Of(await drafts.OpenAsync(known, slug, token, cancellationToken), sent);
        if (token is null || submission.Draft.Refused is not null)
            return FormPage.ShowSignedOut(context, submission.AsBegun(), submission.Typed);
        return await VerbOf(sent["do"].ToString(), known)(submission, editors, token, cancellationToken) switch
        {
            EditOutcome.Done(var next) => Page.SeeOther(context, next),
            EditOutcome.NotDone(var answer, var draft) => FormPage.Show(context, draft, submission.Typed, answer),
            EditOutcome.Overtaken(var answer) => await MergeAsync(context, drafts, submission, answer, token),
            var other => throw new InvalidOperationException($"{other} is not handled."),
        };
    }

    private static Verb VerbOf(string pressed, DocumentKind kind) =>
        pressed switch
        {
            "discard" => DiscardDraft.HandleAsync,
            "retire" => RetireTool.HandleAsync,
            "return" => RestoreTool.HandleAsync,
            "remove" => RemoveComparison.HandleAsync,
            _ when !kind.IsDrafted => SaveReviewer.HandleAsync,
            "publish" => PublishDraft.HandleAsync,
            "preview" => SaveDraft.AndPreviewAsync,
            _ => SaveDraft.HandleAsync,
        };

    private static async Task<IResult> MergeAsync(HttpContext context, DraftReader drafts, Submission mine, Answer answer, string token)
    {
        // Read again, since what overtook the form is newer than what was read before.
        var now = await drafts.OpenAsync(mine.Form.Kind, mine.Form.Slug, token, context.RequestAborted);
        var theirs = answer.OfPublished ? now.Published : now.Document;
        var (began, by) = await drafts.CommonTextAsync(mine.Form, mine.Tag, mine.Base, !answer.OfPublished, token, context.RequestAborted);
        var merge = Merge.Of(now.FormFor(mine.Typed, theirs), mine.Typed, theirs ?? [], began, by) with { Public = answer.OfPublished };
        // Brought together with another's draft, it is still based on what that draft is: what was published since then is a question of
        // its own.
        return FormPage.Show(context, answer.OfPublished ? now with { Base = now.Present } : now, merge.Document, answer, merge);
    }
}
