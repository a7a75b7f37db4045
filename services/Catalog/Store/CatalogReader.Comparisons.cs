using Dapper;

namespace Catalog.Store;

internal partial class CatalogReader
{
    private const string Comparisons = """
        select slug, a, b, summary, pricing, removed, published_at as PublishedAt, updated_at as UpdatedAt, version from comparisons

        """;

    /// <summary>The versions of a comparison (0 while no editor wrote it) and of its tools, null where there is none.</summary>
    public Task<(long Comparison, long? A, long? B)> ComparisonVersionsAsync(string slug, string a, string b) =>
        connection.QuerySingleAsync<(long, long?, long?)>(
            """
            select coalesce((select version from comparisons where slug = @slug and removed = 0), 0),
                (select version from tools where slug = @a), (select version from tools where slug = @b)
            """,
            new
            {
                slug,
                a,
                b,
            },
            transaction
        );

    public Task<ComparisonRow?> ComparisonAsync(string slug) =>
        connection.QuerySingleOrDefaultAsync<ComparisonRow>(Comparisons + "where slug = @slug", new { slug }, transaction);

    /// <summary>One page of the curated comparisons, newest first.</summary>
    /// <param name="category">Either tool's category.</param>
    public async Task<(IReadOnlyList<ComparisonSummary> Comparisons, int Total)> ListComparisonsAsync(
        string? tool,
        string? category,
        int page
    )
    {
        var where =
            "where removed = 0"
            + (tool is null ? "" : " and (a = @tool or b = @tool)")
            + (
                category is null
                    ? ""
                    : " and exists (select 1 from tools t where t.category = @category and t.slug in (comparisons.a, comparisons.b))"
            );
        var arguments = new
        {
            tool,
            category,
            size = PageSize,
            skip = (long)(page - 1) * PageSize,
        };
        var total = await connection.ExecuteScalarAsync<int>("select count(*) from comparisons " + where, arguments, transaction);
        var rows = (
            await connection.QueryAsync<ComparisonRow>(
                Comparisons + where + " order by published_at desc, slug limit @size offset @skip",
                arguments,
                transaction
            )
        ).ToList();
        if (rows.Count == 0)
            return ([], total);

        var (list, sides) = In([.. rows.SelectMany(row => (string[])[row.A, row.B]).Distinct()]);
        var tools = (await connection.QueryAsync<ToolRow>(Tools + "where t.slug in " + list, sides, transaction)).ToDictionary(
            row => row.Slug,
            row => row.Summary()
        );
        return (
            [
                .. rows.Select(row => new ComparisonSummary(
                    row.Slug,
                    row.Summary,
                    tools[row.A].Category == tools[row.B].Category ? tools[row.A].Category : null,
                    [tools[row.A], tools[row.B]],
                    StoredUnits.Time(row.PublishedAt),
                    StoredUnits.Time(row.UpdatedAt)
                )),
            ],
            total
        );
    }

    /// <summary>Every comparison that was ever written, removed ones too, by slug.</summary>
    public async Task<IReadOnlyList<ComparisonRow>> AllComparisonsAsync() =>
        [.. await connection.QueryAsync<ComparisonRow>(Comparisons + "order by slug", transaction: transaction)];
}
