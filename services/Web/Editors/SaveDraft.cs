using Web.Services;

namespace Web.Editors;

/// <summary>Saves what was typed as the draft, right or wrong.</summary>
internal static class SaveDraft
{
    public static Task<EditOutcome> HandleAsync(
        Submission submission,
        EditorClient editors,
        string token,
        CancellationToken cancellationToken
    ) => SaveAsync(submission, submission.Form.Address, editors, token, cancellationToken);

    public static Task<EditOutcome> AndPreviewAsync(
        Submission submission,
        EditorClient editors,
        string token,
        CancellationToken cancellationToken
    ) => SaveAsync(submission, $"/admin/preview/{submission.Form.Kind.Name}/{submission.Form.Slug}", editors, token, cancellationToken);

    private static async Task<EditOutcome> SaveAsync(
        Submission submission,
        string next,
        EditorClient editors,
        string token,
        CancellationToken cancellationToken
    ) =>
        submission.Written(
            await editors.SaveDraftAsync(
                submission.Form.DraftPath,
                token,
                submission.Tag,
                submission.Base,
                submission.Typed,
                cancellationToken
            ),
            next
        );
}
