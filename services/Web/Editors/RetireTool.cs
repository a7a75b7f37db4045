using Web.Services;

namespace Web.Editors;

/// <summary>Retires a tool: its page says so, and it takes no more votes.</summary>
internal static class RetireTool
{
    public static async Task<EditOutcome> HandleAsync(
        Submission submission,
        EditorClient editors,
        string token,
        CancellationToken cancellationToken
    ) =>
        submission.Acted(
            await editors.DeleteAsync(submission.Form.Path, token, submission.Draft.PublicTag, cancellationToken),
            submission.Form.Address
        );
}
