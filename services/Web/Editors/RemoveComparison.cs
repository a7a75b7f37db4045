using Web.Services;

namespace Web.Editors;

/// <summary>Takes a comparison's text off the site; its tools can still be compared.</summary>
internal static class RemoveComparison
{
    public static async Task<EditOutcome> HandleAsync(
        Submission submission,
        EditorClient editors,
        string token,
        CancellationToken cancellationToken
    ) =>
        submission.Acted(
            await editors.DeleteAsync(submission.Form.Path, token, submission.Draft.PublicTag, cancellationToken),
            submission.List
        );
}
