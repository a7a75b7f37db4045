using System.Text.Json.Nodes;

namespace Web.Editors.Documents;

/// <summary>The form of one document: its fields, and where it is stored in Catalog's API and on this site.</summary>
/// <param name="Title">What the document is called.</param>
public sealed record EditForm(DocumentKind Kind, string Slug, string Title, IReadOnlyList<Field> Fields)
{
    internal const string NewCategory = "newCategory";

    /// <summary>In Catalog's API.</summary>
    public string Path => $"api/{Kind.Name}/{Slug}";

    /// <summary>In Catalog's API.</summary>
    public string DraftPath => $"api/drafts/{Kind.Name}/{Slug}";

    /// <summary>The form's own, on this site.</summary>
    public string Address => $"/admin/{Kind.Name}/{Slug}";

    /// <summary>Where readers see it; null when they don't by itself.</summary>
    public string? Public => Kind.PublicPath(Slug);

    /// <summary>The document that a form says. Rows left empty are no plans, and a reviewer without a word has not reviewed.</summary>
    /// <param name="unlisted">What the document says beyond the form's fields (<see cref="Unlisted"/>).</param>
    public JsonObject Document(Func<string, string> typed, JsonObject unlisted)
    {
        var document = (JsonObject)unlisted.DeepClone();
        foreach (var field in Fields)
            field.Write(document, typed(field.Path));
        if (document["plans"] is JsonArray plans)
            foreach (var empty in plans.Where((_, place) => Empty($"plans[{place}].", document)).ToList())
                plans.Remove(empty);
        if (document["reviews"] is JsonObject reviews)
            foreach (var silent in reviews.Select(review => review.Key).Where(reviewer => Empty($"reviews.{reviewer}.", document)).ToList())
                reviews.Remove(silent);
        if (document.Remove(NewCategory, out var brought) && brought is not null)
            document["category"] = new JsonObject { ["slug"] = NameAsSlug.Of(brought.ToString()), ["name"] = brought.DeepClone() };
        return document;
    }

    /// <summary>What the form shows in a field.</summary>
    public static string Read(Field field, JsonObject? document) =>
        field.Path == NewCategory ? (document?["category"] as JsonObject)?["name"]?.ToString() ?? "" : field.Read(document);

    /// <summary>Whether what Catalog says of <paramref name="path"/> belongs beside the field.</summary>
    public bool Concerns(Field field, string path, JsonObject document) =>
        path.StartsWith("category.", StringComparison.Ordinal)
            ? field.Path == (document["category"] is JsonObject ? NewCategory : "category")
            : field.Path == path || Fields.All(other => other.Path != path) && field.Path.StartsWith(path + '.', StringComparison.Ordinal);

    // A row without a field in the form is nobody's to empty.
    private bool Empty(string row, JsonObject document) =>
        Fields.Where(field => field.Path.StartsWith(row, StringComparison.Ordinal)).ToList() is { Count: > 0 } cells
        && cells.All(cell => cell.Read(document).Length == 0);
}
