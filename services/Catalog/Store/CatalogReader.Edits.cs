using Dapper;

namespace Catalog.Store;

internal partial class CatalogReader
{
    private const string Drafts = """
        select kind, slug, document, based_on as BasedOn, editor, saved_at as SavedAt, version from drafts

        """;

    public async Task<IReadOnlyList<EditRow>> ToolEditsAsync(string slug, int limit) =>
        [
            .. await connection.QueryAsync<EditRow>(
                "select at, previous, next from edits where kind = 'tool' and slug = @slug order by id desc limit @limit",
                new { slug, limit },
                transaction
            ),
        ];

    /// <param name="before">Edits with lower ids only.</param>
    public async Task<IReadOnlyList<EditRow>> EditsAsync(long before, string? kind, string? slug, int limit) =>
        [
            .. await connection.QueryAsync<EditRow>(
                "select id, at, editor, kind, slug, previous, next from edits where id < @before"
                    + (kind is null ? "" : " and kind = @kind")
                    + (slug is null ? "" : " and slug = @slug")
                    + " order by id desc limit @limit",
                new
                {
                    before,
                    kind,
                    slug,
                    limit,
                },
                transaction
            ),
        ];

    public Task<DraftRow?> DraftAsync(string kind, string slug) =>
        connection.QuerySingleOrDefaultAsync<DraftRow>(Drafts + "where kind = @kind and slug = @slug", new { kind, slug }, transaction);

    /// <summary>Every draft, the latest first.</summary>
    public async Task<IReadOnlyList<DraftRow>> DraftsAsync() =>
        [.. await connection.QueryAsync<DraftRow>(Drafts + "order by version desc", transaction: transaction)];
}
