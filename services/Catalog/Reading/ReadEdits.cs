using System.Text.Json;
using Catalog.Store;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Catalog.Reading;

/// <summary>One edit as it was written down.</summary>
/// <param name="Kind">tool, reviewer or comparison.</param>
/// <param name="Before">The whole document before; null when it was new.</param>
/// <param name="After">The whole document since; null when it was removed.</param>
public sealed record EditEntry(long Id, DateTime At, string Editor, string Kind, string Slug, JsonElement? Before, JsonElement? After);

/// <param name="Next">Give it as <c>before</c> to read on; null at the end.</param>
public sealed record EditPage(IReadOnlyList<EditEntry> Edits, long? Next);

/// <summary>Who edited what, and when: for editors, since it names them.</summary>
internal static class ReadEdits
{
    private const int PageSize = 30;

    public static Task<Ok<EditPage>> ListAsync(
        long? before,
        string? kind,
        string? slug,
        HttpContext context,
        CatalogStore store,
        CancellationToken cancellationToken
    )
    {
        context.Response.Headers.CacheControl = "no-store";
        return store.ReadAsync(
            async catalog =>
            {
                var rows = await catalog.EditsAsync(before ?? long.MaxValue, kind, slug, PageSize + 1);
                var edits = rows.Take(PageSize)
                    .Select(row => new EditEntry(
                        row.Id,
                        StoredUnits.Time(row.At),
                        row.Editor,
                        row.Kind,
                        row.Slug,
                        Parse(row.Previous),
                        Parse(row.Next)
                    ))
                    .ToList();
                return TypedResults.Ok(new EditPage(edits, rows.Count > PageSize ? edits[^1].Id : null));
            },
            cancellationToken
        );
    }

    private static JsonElement? Parse(string? document) => document is null ? null : JsonDocument.Parse(document).RootElement;
}
