using System.Text.Json;
using Web.Services;

namespace Web.Editors.Documents;

/// <summary>What an edit changed, in words for people.</summary>
internal static class Difference
{
    // What the catalog keeps by itself changes with every edit and says nothing.
    private static readonly string[] Kept = ["version", "updatedAt", "panel", "slug", "a", "b", "at", "publishedAt", "removed"];

    /// <returns>By field; a list's entries each by themselves, so that one new plan does not show all of them. All fields of something new
    /// or thrown away.</returns>
    public static IReadOnlyList<(string Field, string From, string To)> Between(EditLine edit)
    {
        var (before, after) = (Leaves(edit.Before), Leaves(edit.After));
        return
        [
            .. after
                .Keys.Union(before.Keys)
                .Select(field => (field, before.GetValueOrDefault(field, ""), after.GetValueOrDefault(field, "")))
                .Where(change => change.Item2 != change.Item3),
        ];
    }

    /// <summary>One value of a file's change, on one line.</summary>
    public static string Short(JsonElement? value) =>
        value is { } given
            ? string.Join("; ", Leaves(given).Select(leaf => leaf.Key.Length == 0 ? leaf.Value : $"{leaf.Key}: {leaf.Value}"))
            : "";

    private static Dictionary<string, string> Leaves(JsonElement? document)
    {
        var leaves = new Dictionary<string, string>();
        if (document is { } root)
            Gather(root, "", leaves);
        return leaves;
    }

    private static void Gather(JsonElement node, string place, Dictionary<string, string> leaves)
    {
        switch (node.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var field in node.EnumerateObject().Where(field => !Kept.Contains(field.Name, StringComparer.OrdinalIgnoreCase)))
                    Gather(field.Value, place.Length == 0 ? Words(field.Name) : $"{place}, {Words(field.Name)}", leaves);
                break;
            case JsonValueKind.Array:
                foreach (var (position, entry) in node.EnumerateArray().Index())
                    Gather(entry, $"{place} {Name(entry) ?? $"{position + 1}"}", leaves);
                break;
            case JsonValueKind.Null:
                break;
            default:
                leaves[place] = node.ToString();
                break;
        }
    }

    // An entry is known by what it is called, so that moving it changes nothing.
    private static string? Name(JsonElement entry) =>
        entry.ValueKind is not JsonValueKind.Object ? null
        : entry.TryGetProperty("name", out var name) && name.ValueKind is JsonValueKind.String ? name.GetString()
        : entry.TryGetProperty("reviewer", out var reviewer) && reviewer.TryGetProperty("slug", out var slug) ? slug.GetString()
        : null;

    // entryPrice is "entry price".
    public static string Words(string name) =>
        string.Concat(name.Select(c => char.IsAsciiLetterUpper(c) ? $" {char.ToLowerInvariant(c)}" : c.ToString())).Trim();
}
