using Web.Services;

namespace Web.Editors;

/// <summary>Puts what was typed before readers; what can't be published is kept as the draft.</summary>
internal static class PublishDraft
{
    public static async Task<EditOutcome> HandleAsync(
        Submission submission,
        EditorClient editors,
        string token,
        CancellationToken cancellationToken
    ) =>
        submission.Written(
            await editors.PublishDraftAsync(
                submission.Form.DraftPath,
                token,
                submission.Tag,
                submission.Base,
                submission.Typed,
                cancellationToken
            ),
            submission.Form.Address + FormPage.JustPublished
        );
}
