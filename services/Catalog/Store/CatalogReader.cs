using System.Data.Common;
using Dapper;

namespace Catalog.Store;

/// <summary>What can be read of the catalog within one transaction. The SQL is the same for SQLite and PostgreSQL.</summary>
internal partial class CatalogReader(DbConnection connection, DbTransaction transaction)
{
    public const int PageSize = 24;

    protected DbConnection Connection => connection;
    protected DbTransaction Transaction => transaction;

    /// <summary>Changes with every edit of anything, and differs between databases.</summary>
    public Task<string> StampAsync() =>
        connection.QuerySingleAsync<string>("select id || '-' || version from catalog", transaction: transaction);

    /// <summary>Whether any review still says what the sample content says.</summary>
    public async Task<bool> SampleAsync() =>
        await connection.ExecuteScalarAsync<int>("select count(*) from reviews where sample = 1", transaction: transaction) > 0;

    public async Task<IReadOnlyList<CategoryCount>> CategoriesAsync() =>
        [
            .. (
                await connection.QueryAsync<(string Slug, string Name, long Tools)>(
                    """
                    select c.slug, c.name, count(t.slug) as Tools from categories c left join tools t on t.category = c.slug
                        and t.retired = 0
                    group by c.slug, c.name order by c.name
                    """,
                    transaction: transaction
                )
            ).Select(row => new CategoryCount(row.Slug, row.Name, (int)row.Tools)),
        ];

    public Task<Category?> CategoryAsync(string slug) =>
        Connection.QuerySingleOrDefaultAsync<Category>("select slug, name from categories where slug = @slug", new { slug }, transaction);

    public async Task<IReadOnlyList<Category>> AllCategoriesAsync() =>
        [.. await connection.QueryAsync<Category>("select slug, name from categories order by slug", transaction: transaction)];

    public async Task<IReadOnlyList<ReviewerRow>> ReviewersAsync() =>
        [
            .. await connection.QueryAsync<ReviewerRow>(
                "select slug, name, role, version from reviewers order by position, slug",
                transaction: transaction
            ),
        ];

    public Task<ReviewerRow?> ReviewerAsync(string slug) =>
        connection.QuerySingleOrDefaultAsync<ReviewerRow>(
            "select slug, name, role, version from reviewers where slug = @slug",
            new { slug },
            transaction
        );

    // Dapper's own expansion of lists differs: towards PostgreSQL it sends one array, which "in" does not take.
    private static (string List, DynamicParameters Arguments) In(string[] slugs)
    {
        var arguments = new DynamicParameters();
        foreach (var (n, slug) in slugs.Index())
            arguments.Add($"s{n}", slug);
        // An empty list is no SQL; no slug is empty.
        arguments.Add("none", "");
        return ($"({string.Join(", ", slugs.Select((_, n) => $"@s{n}").Append("@none"))})", arguments);
    }
}
