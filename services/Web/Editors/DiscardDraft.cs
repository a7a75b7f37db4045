using Web.Services;

namespace Web.Editors;

/// <summary>Throws the draft away; readers see what they saw before.</summary>
internal static class DiscardDraft
{
    public static async Task<EditOutcome> HandleAsync(
        Submission submission,
        EditorClient editors,
        string token,
        CancellationToken cancellationToken
    ) =>
        submission.Acted(
            await editors.DeleteAsync(submission.Form.DraftPath, token, submission.Tag, cancellationToken),
            // Without the draft there may be nothing left to show.
            submission.Draft.Present == 0
                ? submission.List
                : submission.Form.Address
        );
}
