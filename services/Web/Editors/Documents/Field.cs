using System.Globalization;
using System.Text.Json.Nodes;

namespace Web.Editors.Documents;

public enum FieldKind
{
    Line,
    Text,
    Choice,
    Number,
}

/// <summary>One field of a form, and how it reads and writes its part of a document.</summary>
/// <param name="Path">Where in the document, as in Catalog's messages: <c>entryPrice.amount</c>, <c>plans[1].name</c>.</param>
/// <param name="Group">The heading it stands under.</param>
/// <param name="Required">Whether nothing can be published without it; a draft may wait for it.</param>
/// <param name="Choices">Of a <see cref="FieldKind.Choice"/>: value and label.</param>
public sealed record Field(
    string Path,
    string Label,
    FieldKind Kind,
    string Group = "",
    string? Hint = null,
    int? Longest = null,
    bool Required = false,
    IReadOnlyList<(string Value, string Label)>? Choices = null
)
{
    /// <summary>What a form shows of the document; empty where it has nothing.</summary>
    public string Read(JsonObject? document)
    {
        JsonNode? node = document;
        foreach (var step in Steps())
            node = step is int place ? (node as JsonArray)?.ElementAtOrDefault(place) : (node as JsonObject)?[(string)step];
        return node is JsonValue value ? Plain(value) : "";
    }

    /// <summary>
    /// Puts what was typed into the document, making the way there. A number that is none stays text: Catalog says so, and nothing typed is
    /// lost.
    /// </summary>
    public void Write(JsonObject document, string text)
    {
        JsonNode node = document;
        var steps = Steps().ToList();
        foreach (var (step, next) in steps.Zip(steps.Skip(1)))
            node = Go(node, step, next is int ? new JsonArray() : new JsonObject());
        ((JsonObject)node)[(string)steps[^1]] = Kind switch
        {
            _ when text.Length == 0 => null,
            FieldKind.Number when decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) =>
                JsonValue.Create(number),
            _ => JsonValue.Create(text),
        };
    }

    private static JsonNode Go(JsonNode node, object step, JsonNode made)
    {
        if (step is not int place)
            return ((JsonObject)node)[(string)step] ??= made;
        var list = (JsonArray)node;
        while (list.Count <= place)
            list.Add((JsonNode)new JsonObject());
        return list[place]!;
    }

    /// <summary>The way to the field: a member's name, or a place in a list.</summary>
    public IEnumerable<object> Steps() =>
        Path.Split('.', '[').Select(object (part) => part.EndsWith(']') ? int.Parse(part[..^1], CultureInfo.InvariantCulture) : part);

    private static string Plain(JsonValue value) =>
        value.GetValueKind() switch
        {
            System.Text.Json.JsonValueKind.True => "true",
            System.Text.Json.JsonValueKind.False => "",
            _ => value.ToString(),
        };
}
