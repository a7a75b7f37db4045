using System.Text.Json;
using Web.Editors.Documents;
using Web.Services;

namespace Web.Editors.Pages;

/// <param name="Problem">Why the last attempt did not work; null at first.</param>
/// <param name="Provider">Whether editors sign in with an identity provider.</param>
public sealed record SignInModel(string? Problem, string Return, bool Provider);

/// <summary>The desk's first page.</summary>
public sealed record DeskModel(IReadOnlyList<DraftLine> Drafts, IReadOnlyList<EditLine> Edits, int Tools, int Comparisons);

/// <summary>A list at the desk, of one kind of thing.</summary>
/// <param name="Problem">What is wrong with the new one's name that was just typed; null when nothing is.</param>
public sealed record DraftListModel(
    DocumentKind Kind,
    string Q,
    string State,
    IReadOnlyList<DraftListLine> Lines,
    int All,
    string? Problem,
    string Typed,
    IReadOnlyList<ToolLine> Tools
);

/// <param name="State">Empty for what readers see as it stands, else Draft, New draft or Retired.</param>
public sealed record DraftListLine(string Slug, string Name, string Beside, string State);

public sealed record HistoryModel(IReadOnlyList<EditLine> Edits, long? Next, string? Of);

/// <param name="Made">With its secret, in the answer that makes it.</param>
/// <param name="Problem">Why the last form was not taken.</param>
/// <param name="Url">What it said, to be corrected.</param>
public sealed record WebhooksModel(IReadOnlyList<Webhook> Webhooks, Webhook? Made, string? Problem, string? Url);

/// <param name="Id">The endpoint's.</param>
/// <param name="Next">Where the next page begins; null on the last.</param>
public sealed record WebhookDeliveriesModel(string Id, IReadOnlyList<WebhookDelivery> Deliveries, string? Next, string? Query);

/// <summary>A form as it is shown.</summary>
/// <param name="Tag">Of the draft, or of the reviewer, that the form is based on; empty when there is none yet.</param>
/// <param name="Base">The version of the tool or comparison that the form is based on; 0 for something new.</param>
/// <param name="Saved">Who saved the draft, and when; null when there is none.</param>
/// <param name="Published">Whether the last press has just put it before readers.</param>
/// <param name="Merged">What was brought together after somebody else saved first; null otherwise.</param>
public sealed record EditModel(
    EditForm Form,
    IReadOnlyList<FieldModel> Fields,
    string Unlisted,
    string Tag,
    long Base,
    bool Retired,
    (string By, DateTimeOffset At)? Saved,
    string? Problem,
    bool SignedOut,
    IReadOnlyList<string> Loose,
    Merge? Merged,
    IReadOnlyList<Unseen> Unseen,
    bool Published = false
)
{
    public bool New => Base == 0 && (Form.Kind.IsDrafted || Tag.Length == 0);
}

/// <summary>A tool that a comparison names and readers can't see.</summary>
/// <param name="Drafted">False when there isn't even a draft of it.</param>
public sealed record Unseen(string Slug, string Name, bool Drafted);

/// <param name="Theirs">The other editor's words, when both changed this field; null otherwise.</param>
public sealed record FieldModel(Field Field, string Value, IReadOnlyList<string> Errors, string? Theirs)
{
    public string Id => "f-" + Field.Path.Replace('.', '-').Replace('[', '-').Replace("]", "", StringComparison.Ordinal);
}

/// <param name="Problem">Why the last press did nothing; null when it did.</param>
public sealed record IntegrityModel(IReadOnlyList<IntegrityCase> Cases, string? Problem);

/// <summary>The catalog as a file.</summary>
/// <param name="File">The file that was judged, to be sent again with the answer.</param>
public sealed record FilesModel(
    string? Problem,
    IReadOnlyDictionary<string, string[]> Errors,
    ImportModel? Result,
    string? Tag,
    string? File
);

public sealed record ImportModel(bool DryRun, IReadOnlyList<FileChange> Changes, int Unchanged);

public sealed record FileChange(string Kind, string Slug, bool New, IReadOnlyList<FieldChange> Fields);

public sealed record FieldChange(string Field, JsonElement? From, JsonElement? To);
