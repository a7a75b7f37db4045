using System.Text.Json;
using System.Text.Json.Nodes;

namespace Web.Editors.Documents;

/// <summary>
/// What a document says that its form has no field for: written through the API, or by a release with more fields than this one. It
/// travels with the form, so that a save keeps it. Reading it again at the save was rejected: after a conflict it is the two documents
/// brought together, which nothing stores.
/// </summary>
internal static class Unlisted
{
    public const string FieldName = "unlisted";

    // As deep as the API's own reader goes.
    private static readonly JsonDocumentOptions Bounded = new() { MaxDepth = 64, AllowDuplicateProperties = false };

    /// <summary>
    /// The document without what the form's fields say. Only objects and lists stay on the way to a field, so that it can be written.
    /// </summary>
    public static JsonObject Of(EditForm kind, JsonObject? document)
    {
        var rest = (JsonObject?)document?.DeepClone() ?? [];
        foreach (var field in kind.Fields)
            Remove(rest, [.. field.Steps()]);
        return rest;
    }

    /// <summary>What the form brought back.</summary>
    /// <param name="otherwise">The document it was made of, for a form that brought nothing readable.</param>
    public static JsonObject Sent(EditForm kind, string sent, JsonObject? otherwise)
    {
        try
        {
            return Of(kind, JsonNode.Parse(sent, documentOptions: Bounded) as JsonObject ?? otherwise);
        }
        catch (JsonException)
        {
            return Of(kind, otherwise);
        }
    }

    /// <summary>A review that says something else is not as old as the one before.</summary>
    public static void Redate(JsonObject document, JsonObject? before)
    {
        foreach (var (reviewer, review) in document["reviews"] as JsonObject ?? [])
            if (
                review is JsonObject said
                && (before?["reviews"] as JsonObject)?[reviewer] is JsonObject former
                && !(JsonNode.DeepEquals(said["verdict"], former["verdict"]) && JsonNode.DeepEquals(said["quote"], former["quote"]))
            )
                said.Remove("at");
    }

    /// <summary>
    /// Two editors' rests brought together: nobody typed in them, so what only the other changed is taken, and all else stays one's own.
    /// </summary>
    /// <param name="began">What both began with; null when it can't be told.</param>
    public static JsonObject Merged(JsonObject mine, JsonObject theirs, JsonObject? began)
    {
        var merged = (JsonObject)mine.DeepClone();
        if (began is null)
            return merged;
        foreach (var name in theirs.Select(member => member.Key).Union(mine.Select(member => member.Key)))
        {
            var (own, other, before) = (mine[name], theirs[name], began[name]);
            if (own is JsonObject mineWithin && other is JsonObject theirsWithin && before is JsonObject beganWithin)
                merged[name] = Merged(mineWithin, theirsWithin, beganWithin);
            else if (!JsonNode.DeepEquals(own, before) || JsonNode.DeepEquals(other, before))
                continue;
            else if (other is null)
                merged.Remove(name);
            else
                merged[name] = other.DeepClone();
        }

        return merged;
    }

    private static void Remove(JsonNode node, ReadOnlySpan<object> steps)
    {
        if (steps is [string last])
        {
            (node as JsonObject)?.Remove(last);
            return;
        }

        var (step, list) = (steps[0], steps[1] is int);
        var next = step is int place ? ((JsonArray)node).ElementAtOrDefault(place) : ((JsonObject)node)[(string)step];
        if (list ? next is JsonArray : next is JsonObject)
            Remove(next, steps[1..]);
        else if (step is string name)
            ((JsonObject)node).Remove(name);
        else if ((int)step < ((JsonArray)node).Count)
            ((JsonArray)node)[(int)step] = new JsonObject();
    }
}
