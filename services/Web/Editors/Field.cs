using System.Globalization;
using System.Text.Json.Nodes;

namespace Web.Editors;

internal enum FieldKind { Line, Text, Choice, Switch, Plans }

/// <summary>One field of a form, and how it reads and writes its part of a document.</summary>
/// <param name="Path">Where in the document, as in Catalog's messages: <c>entryPrice.amount</c>.</param>
/// <param name="Choices">Of a <see cref="FieldKind.Choice"/>: value and label.</param>
internal sealed record Field(string Path, string Label, FieldKind Kind, string? Hint = null, IReadOnlyList<(string Value, string Label)>? Choices = null)
{
    /// <summary>What a form shows of the document.</summary>
    public string Read(JsonObject document)
    {
        JsonNode? node = document;
        foreach (var part in Path.Split('.'))
            node = (node as JsonObject)?[part];
        return node switch
        {
            null => "",
            JsonArray plans => string.Join('\n', plans.OfType<JsonObject>().Select(PlanLine)),
            _ => node.ToString(),
        };
    }

    /// <summary>Puts what the form sent into the document.</summary>
    public void Write(JsonObject document, string value)
    {
        var parts = Path.Split('.');
        var place = document;
        foreach (var part in parts[..^1])
            place = place[part] as JsonObject ?? (JsonObject)(place[part] = new JsonObject())!;
        place[parts[^1]] = Kind switch
        {
            FieldKind.Switch => JsonValue.Create(value == "true"),
            FieldKind.Plans => PlansOf(value),
            _ when parts[^1] == "amount" => Amount(value),
            _ => value.Length == 0 ? null : JsonValue.Create(value),
        };
    }

    // A line a plan: "Pro | 20 | USD | month | with everything". Plain enough to write without a script, and to compare.
    private static string PlanLine(JsonObject plan) =>
        string.Join(" | ", ((string[])["name", "amount", "currency", "period", "note"]).Select(part => plan[part]?.ToString() ?? "")).TrimEnd(' ', '|');

    private static JsonArray PlansOf(string lines) => new([.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(line =>
    {
        var cells = line.Split('|', StringSplitOptions.TrimEntries);
        return new JsonObject
        {
            ["name"] = Cell(cells, 0),
            ["amount"] = Amount(cells.ElementAtOrDefault(1) ?? ""),
            ["currency"] = Cell(cells, 2),
            ["period"] = Cell(cells, 3),
            ["note"] = Cell(cells, 4),
        };
    })]);

    private static JsonValue? Cell(string[] cells, int place) => cells.ElementAtOrDefault(place) is { Length: > 0 } text ? JsonValue.Create(text) : null;

    // What is no number is left out, and Catalog says that it is missing.
    private static JsonValue? Amount(string text) => decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount) ? JsonValue.Create(amount) : null;
}
