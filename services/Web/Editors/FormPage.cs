using System.Text.Json.Nodes;
using Web.Editors.Documents;
using Web.Editors.Pages;
using Web.Pages;
using Web.Services;

namespace Web.Editors;

/// <summary>A document's form as a page. Whatever Catalog said, it comes back with what was typed.</summary>
internal static class FormPage
{
    /// <summary>What is added to a form's address right after its document was published.</summary>
    public const string JustPublished = "?done=published";

    private static readonly Dictionary<string, string[]> NoErrors = [];

    /// <param name="shown">What the fields show.</param>
    /// <param name="answer">Why the last attempt did not work; null at first.</param>
    /// <param name="merge">What was brought together after somebody else saved first; null otherwise.</param>
    public static IResult Show(HttpContext context, OpenDraft draft, JsonObject shown, Answer? answer = null, Merge? merge = null) =>
        Show(context, draft, shown, answer, merge, isSignedOut: false);

    /// <summary>For an editor who was signed out while writing.</summary>
    public static IResult ShowSignedOut(HttpContext context, OpenDraft draft, JsonObject shown) =>
        Show(context, draft, shown, null, null, isSignedOut: true);

    private static IResult Show(HttpContext context, OpenDraft draft, JsonObject shown, Answer? answer, Merge? merge, bool isSignedOut)
    {
        var form = draft.FormFor(shown);
        var errors = answer?.Errors ?? NoErrors;
        var model = new EditModel(
            form,
            [
                .. form.Fields.Select(field => new FieldModel(
                    field,
                    EditForm.Read(field, shown),
                    [.. errors.Where(error => form.Concerns(field, error.Key, shown)).SelectMany(error => error.Value)],
                    merge?.Theirs.GetValueOrDefault(field.Path)
                )),
            ],
            Unlisted.Of(form, shown).ToJsonString(),
            draft.Tag,
            draft.Base,
            draft.IsRetired,
            draft.Saved,
            Problem(draft, answer, merge),
            isSignedOut || answer?.Refused == true,
            Loose(draft, form, errors, shown),
            merge,
            draft.Unseen,
            Published: answer is null && draft is { Saved: null, Present: > 0 } && context.Request.Query["done"] == "published"
        );
        return Page.Of<EditPage, EditModel>(
            Desk.Head(context, form.Title),
            model,
            isSignedOut ? 401
                : answer is null or { Done: true } ? 200
                : (int)answer.Status
        );
    }

    private static string? Problem(OpenDraft draft, Answer? answer, Merge? merge) =>
        answer switch
        {
            null or { Done: true } => null,
            { Conflict: true } when merge is not null => null,
            { Errors.Count: > 0 } when OnlyTools(draft, answer) => "Not published yet. What you wrote is kept as a draft.",
            { Errors.Count: > 0 } => draft.Kind.IsDrafted
                ? "Not published yet: some fields need your attention. What you wrote is kept as a draft."
                : "Some fields need your attention.",
            { Refused: true } => "You no longer have editor access.",
            { Conflict: true } => "Someone else just changed this. Review it before you continue.",
            _ => answer.Detail ?? "That could not be saved.",
        };

    // That a tool is missing, the page says in a sentence of its own.
    private static bool OnlyTools(OpenDraft draft, Answer answer) => draft.Unseen.Count > 0 && answer.Errors.Keys.All(key => key == "slug");

    /// <summary>What Catalog said of no field of the form.</summary>
    private static List<string> Loose(OpenDraft draft, EditForm form, IReadOnlyDictionary<string, string[]> errors, JsonObject shown) =>
        [
            .. errors
                .Where(error => error.Key != "slug" || draft.Unseen.Count == 0)
                .Where(error => !form.Fields.Any(field => form.Concerns(field, error.Key, shown)))
                .SelectMany(error => error.Value.Select(problem => $"{error.Key} {problem}")),
        ];
}
