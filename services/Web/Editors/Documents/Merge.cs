using System.Text.Json.Nodes;
using Web.Services;

namespace Web.Editors.Documents;

/// <summary>
/// Two editors' texts brought together, field by field: what only one of them changed since the text both began with is taken from that
/// one; what both changed is a question.
/// </summary>
/// <param name="By">Who saved the other text, and when; null when that can't be told.</param>
/// <param name="Document">One's own text with what only the other changed.</param>
/// <param name="Theirs">The other's words for the fields both changed, by path.</param>
/// <param name="Taken">Labels of the fields taken from the other.</param>
public sealed record Merge(
    string? By,
    DateTimeOffset? At,
    JsonObject Document,
    IReadOnlyDictionary<string, string> Theirs,
    IReadOnlyList<string> Taken
)
{
    /// <summary>Whether the other text is what readers see, and one's own is kept as the draft; else the other is the draft.</summary>
    public bool Public { get; init; }

    /// <param name="began">What both began with; null when it can't be told, and every difference is a question.</param>
    public static Merge Of(EditForm of, JsonObject mine, JsonObject theirs, JsonObject? began, EditLine? by)
    {
        var question = new Dictionary<string, string>();
        var taken = new List<string>();
        var texts = new Dictionary<string, string>();
        foreach (var field in of.Fields)
        {
            var (ours, others, before) = (
                EditForm.Read(field, mine),
                EditForm.Read(field, theirs),
                began is null ? null : EditForm.Read(field, began)
            );
            texts[field.Path] = ours;
            if (ours == others || others == before)
                continue;
            if (ours == before)
            {
                texts[field.Path] = others;
                taken.Add(
                    field.Group.Length > 0 && field.Path.Contains('.', StringComparison.Ordinal)
                        ? $"{field.Group}: {field.Label}"
                        : field.Label
                );
            }
            else
            {
                question[field.Path] = others;
            }
        }

        return new(
            by?.Editor,
            by?.At,
            of.Document(
                path => texts[path],
                Unlisted.Merged(Unlisted.Of(of, mine), Unlisted.Of(of, theirs), began is null ? null : Unlisted.Of(of, began))
            ),
            question,
            taken
        );
    }

    /// <summary>A document as the history keeps it, in the shape the forms have.</summary>
    public static JsonObject Shaped(JsonObject kept)
    {
        var document = (JsonObject)kept.DeepClone();
        if (document["category"] is JsonObject category)
            document["category"] = category["slug"]?.DeepClone();
        if (document["reviews"] is JsonArray reviews)
        {
            document["reviews"] = new JsonObject(
                reviews
                    .OfType<JsonObject>()
                    .Select(review =>
                        KeyValuePair.Create(
                            review["reviewer"]?["slug"]?.ToString() ?? "",
                            (JsonNode?)
                                new JsonObject { ["verdict"] = review["verdict"]?.DeepClone(), ["quote"] = review["quote"]?.DeepClone() }
                        )
                    )
            );
        }

        return document;
    }
}
