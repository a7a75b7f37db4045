using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Catalog.Editing;
using Catalog.Store;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace Catalog.Files;

/// <summary>
/// The whole catalog as one file. Reading it back (<see cref="ImportCatalog"/>) and writing it again gives the same bytes.
/// </summary>
internal static class ExportCatalog
{
    public static Task<IResult> Handle(
        HttpContext context,
        CatalogStore store,
        IOptions<JsonOptions> json,
        TimeProvider timeProvider,
        CancellationToken cancellationToken
    ) =>
        store.ReadAsync<IResult>(
            async catalog =>
            {
                if (Conditional.Has(context, Conditional.StrongStamp(await catalog.StampAsync())))
                    return Conditional.NotModified;
                var file = new CatalogFile(
                    [.. (await catalog.AllCategoriesAsync()).Select(category => new CategoryEdit(category.Slug, category.Name))],
                    [.. (await catalog.ReviewersAsync()).Select(row => new ReviewerDocument(row.Slug, row.Name, row.Role))],
                    [.. (await catalog.AllToolsAsync()).Select(ToolDocument.Of)],
                    [.. (await catalog.AllComparisonsAsync()).Where(row => row.Removed == 0).Select(ComparisonDocument.Of)]
                );
                context.Response.Headers.ContentDisposition =
                    $"attachment; filename=\"catalog-{timeProvider.GetUtcNow():yyyy-MM-dd}.json\"";
                return TypedResults.Bytes(
                    JsonSerializer.SerializeToUtf8Bytes(file, Readable(json.Value.SerializerOptions)),
                    "application/json; charset=utf-8"
                );
            },
            cancellationToken
        );

    // For people to read and to compare: a line a value, and letters as letters. It is a download and never part of a page.
    private static JsonSerializerOptions Readable(JsonSerializerOptions json) =>
        new(json)
        {
            WriteIndented = true,
            NewLine = "\n",
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            DefaultIgnoreCondition = JsonIgnoreCondition.Never,
        };
}
