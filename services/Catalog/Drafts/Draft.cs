using System.Text.Json;
using Catalog.Store;

namespace Catalog.Drafts;

/// <summary>What an editor saves: any document, whole or not. Nothing typed is refused here; publishing checks it.</summary>
/// <param name="Base">The version of the tool or comparison it began with; 0 for something new.</param>
/// <param name="Document">As in the catalog's file (<see cref="Files.CatalogFile"/>).</param>
internal sealed record DraftEdit(long? Base = null, JsonElement? Document = null);

/// <summary>A draft as editors see it. Without one, the published document, from which a draft would start.</summary>
/// <param name="Kind">tools or comparisons.</param>
/// <param name="Present">The version that readers see now; 0 when they see none. If it differs from <paramref name="Base"/>, someone
/// published meanwhile.</param>
/// <param name="Editor">Who saved it last; null when there is no draft.</param>
public sealed record Draft(string Kind, string Slug, long Base, long Present, JsonElement Document, string? Editor, DateTime? SavedAt);

/// <summary>A draft in the list of them.</summary>
/// <param name="Name">A tool's name as far as it is written; null for a comparison.</param>
public sealed record DraftLine(string Kind, string Slug, string? Name, bool New, string Editor, DateTime SavedAt)
{
    internal static DraftLine Of(DraftRow row) =>
        new(row.Kind + "s", row.Slug, NameIn(row.Document), row.BasedOn == 0, row.Editor, StoredUnits.Time(row.SavedAt));

    private static string? NameIn(string document)
    {
        using var json = JsonDocument.Parse(document);
        return json.RootElement.TryGetProperty("name", out var name) && name.ValueKind is JsonValueKind.String ? name.GetString() : null;
    }
}
