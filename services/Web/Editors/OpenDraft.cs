using System.Net;
using System.Text.Json.Nodes;
using Web.Editors.Documents;
using Web.Editors.Pages;

namespace Web.Editors;

/// <summary>A draft, or what stands and one would begin with, and everything its form needs to know before it is shown.</summary>
/// <param name="Document">Null for something new.</param>
/// <param name="Published">What readers see, in the shape of forms; null when they see nothing of it.</param>
/// <param name="Raw">The same as Catalog keeps it.</param>
/// <param name="Tag">Of the draft, or of what is edited without one; empty when there is none yet.</param>
/// <param name="Base">The published version that the draft is based on; 0 for something new.</param>
/// <param name="Present">The version that is published now; 0 when none is.</param>
/// <param name="PublicTag">Of what is published.</param>
/// <param name="Saved">Who saved the draft, and when; null when there is none.</param>
/// <param name="Refused">Why the editor may not see the draft; null when they may.</param>
/// <param name="Unseen">A comparison's tools that readers can't see yet.</param>
internal sealed record OpenDraft(
    DocumentKind Kind,
    string Slug,
    FormChoices Choices,
    IReadOnlyList<Unseen> Unseen,
    JsonObject? Document = null,
    JsonObject? Published = null,
    JsonObject? Raw = null,
    string Tag = "",
    long Base = 0,
    long Present = 0,
    string? PublicTag = null,
    (string By, DateTimeOffset At)? Saved = null,
    HttpStatusCode? Refused = null
)
{
    public bool IsRetired => Raw?["retired"]?.GetValue<bool>() == true;

    /// <param name="documents">What the form has to have room for.</param>
    public EditForm FormFor(params IReadOnlyList<JsonObject?> documents) => Kind.FormOf(Slug, Choices, documents);
}
