using Web.Services;

namespace Web.Editors;

/// <summary>Saves what has no draft: readers see it at once.</summary>
internal static class SaveReviewer
{
    public static async Task<EditOutcome> HandleAsync(
        Submission submission,
        EditorClient editors,
        string token,
        CancellationToken cancellationToken
    ) =>
        submission.Written(
            await editors.PutAsync(submission.Form.Path, token, submission.Tag, submission.Typed, cancellationToken),
            submission.List
        );
}
