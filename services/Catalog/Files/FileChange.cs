using System.Text.Json;
using System.Text.Json.Nodes;
using Catalog.Store;

namespace Catalog.Files;

/// <summary>One difference between a file and the catalog.</summary>
/// <param name="Kind">category, reviewer, tool or comparison.</param>
/// <param name="New">True when the catalog has nothing of this slug.</param>
/// <param name="Fields">What differs, by the file's own names, from what stands to what the file says.</param>
public sealed record FileChange(string Kind, string Slug, bool New, IReadOnlyList<FieldChange> Fields)
{
    /// <returns>Null when the two say the same.</returns>
    internal static FileChange? Between<T>(string kind, string slug, T? present, T next)
        where T : class
    {
        var (before, after) = (Json(present), Json(next)!);
        var fields = after
            .Where(field => field.Key != "slug" && !JsonNode.DeepEquals(before?[field.Key], field.Value))
            .Select(field => new FieldChange(field.Key, before?[field.Key]?.DeepClone(), field.Value?.DeepClone()))
            .ToList();
        return fields.Count == 0 ? null : new(kind, slug, present is null, fields);
    }

    private static JsonObject? Json<T>(T? document) => JsonSerializer.SerializeToNode(document, CatalogWriter.Documents) as JsonObject;
}

public sealed record FieldChange(string Field, JsonNode? From, JsonNode? To);

/// <param name="DryRun">True when nothing was changed, since nothing should be.</param>
/// <param name="Changes">What differs, and differs no more unless this was a dry run.</param>
/// <param name="Unchanged">How many entries of the file say what stands already.</param>
public sealed record ImportResult(bool DryRun, IReadOnlyList<FileChange> Changes, int Unchanged);
