using System.Text.Json.Nodes;
using Web.Services;

namespace Web.Editors;

/// <summary>Offers a retired tool again, as it stood.</summary>
internal static class RestoreTool
{
    public static async Task<EditOutcome> HandleAsync(
        Submission submission,
        EditorClient editors,
        string token,
        CancellationToken cancellationToken
    )
    {
        var restored = (JsonObject)(submission.Draft.Raw ?? []).DeepClone();
        restored["retired"] = false;
        return submission.Acted(
            await editors.PutAsync(submission.Form.Path, token, submission.Draft.PublicTag, restored, cancellationToken),
            submission.Form.Address
        );
    }
}
