using System.Text.Json.Nodes;
using Web.Editors.Documents;
using Web.Services;

namespace Web.Editors;

/// <summary>A form that was sent: what was typed, and what it was typed over.</summary>
/// <param name="Draft">As it is now, which need not be what the form began with.</param>
/// <param name="Tag">Of the draft that the form began with; empty when there was none.</param>
/// <param name="Base">The published version that the form began with; 0 for something new.</param>
internal sealed record Submission(OpenDraft Draft, EditForm Form, JsonObject Typed, string Tag, long Base)
{
    /// <summary>The address of the list that the document is in.</summary>
    public string List => $"/admin/{Form.Kind.Name}";

    public static Submission Of(OpenDraft draft, IFormCollection sent)
    {
        var form = draft.FormFor(RoomFor(sent));
        var typed = form.Document(
            path =>
                sent[$"take.{path}"] == "theirs"
                    ? sent[$"theirs.{path}"].ToString()
                    : sent[path].ToString().ReplaceLineEndings("\n").Trim(),
            Unlisted.Sent(form, sent[Unlisted.FieldName].ToString(), draft.Document)
        );
        Unlisted.Redate(typed, draft.Document);
        return new(draft, form, typed, sent["tag"].ToString(), long.TryParse(sent["base"], out var version) ? version : 0);
    }

    /// <summary>The draft as the form knew it, whatever it is now.</summary>
    public OpenDraft AsBegun(string? tag = null) => Draft with { Tag = tag ?? Tag, Base = Base };

    /// <summary>What became of writing the text that was typed.</summary>
    /// <param name="next">Where the editor goes on when it is done.</param>
    public EditOutcome Written(Answer answer, string next) =>
        answer switch
        {
            { Done: true } => new EditOutcome.Done(next),
            { Conflict: true } => new EditOutcome.Overtaken(answer),
            _ => new EditOutcome.NotDone(answer, AsBegun(answer.Tag)),
        };

    /// <summary>What became of an act that has nothing to do with the text that was typed.</summary>
    /// <param name="next">Where the editor goes on when it is done.</param>
    public EditOutcome Acted(Answer answer, string next) =>
        answer.Done ? new EditOutcome.Done(next) : new EditOutcome.NotDone(answer, Draft);

    // Every row of plans that was sent, however many the draft has.
    private static JsonObject RoomFor(IFormCollection sent) =>
        new()
        {
            ["plans"] = new JsonArray(
                [
                    .. sent
                        .Keys.Where(key =>
                            key.StartsWith("plans[", StringComparison.Ordinal) && key.EndsWith("].name", StringComparison.Ordinal)
                        )
                        .Select(_ => (JsonNode)new JsonObject()),
                ]
            ),
        };
}

/// <summary>What became of what an editor pressed.</summary>
internal abstract record EditOutcome
{
    /// <param name="Next">The address where the editor goes on.</param>
    public sealed record Done(string Next) : EditOutcome;

    /// <summary>The form is shown again, and says why.</summary>
    /// <param name="Draft">What the form is then based on.</param>
    public sealed record NotDone(Answer Answer, OpenDraft Draft) : EditOutcome;

    /// <summary>Somebody else was first: the form is shown again with both texts.</summary>
    public sealed record Overtaken(Answer Answer) : EditOutcome;
}
