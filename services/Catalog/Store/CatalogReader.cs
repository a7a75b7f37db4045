using System.Data.Common;
using Dapper;

namespace Catalog.Store;

/// <summary>What can be read of the catalog within one transaction. The SQL is the same for SQLite and PostgreSQL.</summary>
internal class CatalogReader(DbConnection connection, DbTransaction transaction)
{
    public const int PageSize = 24;

    private const string Tools = """
        select t.slug, t.name, t.tagline, t.maker, t.category, c.name as CategoryName, t.description, t.website, t.pricing,
            t.entry_label as EntryLabel, t.entry_amount as EntryAmount, t.entry_currency as EntryCurrency, t.entry_period as EntryPeriod,
            t.retired, t.published_at as PublishedAt, t.updated_at as UpdatedAt, t.version,
            coalesce(p.ship, 0) as Ship, coalesce(p.skip, 0) as Skip
        from tools t
        join categories c on c.slug = t.category
        left join (
            select tool, sum(case when verdict = 'ship' then 1 else 0 end) as ship, sum(case when verdict = 'skip' then 1 else 0 end) as skip
            from reviews group by tool) p on p.tool = t.slug

        """;

    private const string Comparisons = """
        select slug, a, b, summary, pricing, removed, published_at as PublishedAt, updated_at as UpdatedAt, version from comparisons

        """;

    private const string Reviews = """
        select r.tool, r.reviewer, w.name as ReviewerName, w.role, r.verdict, r.quote, r.at, r.sample from reviews r join reviewers w on w.slug = r.reviewer

        """;

    private const string Drafts = """
        select kind, slug, document, based_on as BasedOn, editor, saved_at as SavedAt, version from drafts

        """;

    protected DbConnection Connection => connection;
    protected DbTransaction Transaction => transaction;

    /// <summary>Changes with every edit of anything, and differs between databases.</summary>
    public Task<string> StampAsync() =>
        connection.QuerySingleAsync<string>("select id || '-' || version from catalog", transaction: transaction);

    /// <summary>A known tool's version, which is all a conditional read needs.</summary>
    public Task<long?> ToolVersionAsync(string slug) =>
        connection.QuerySingleOrDefaultAsync<long?>("select version from tools where slug = @slug", new { slug }, transaction);

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

    public async Task<Tool?> ToolAsync(string slug) => (await ToolsAsync([slug])).SingleOrDefault();

    /// <summary>The tools known among the slugs, in no promised order.</summary>
    public async Task<IReadOnlyList<Tool>> ToolsAsync(string[] slugs)
    {
        var (list, arguments) = In(slugs);
        var rows = await connection.QueryAsync<ToolRow>(Tools + "where t.slug in " + list, arguments, transaction);
        var plans = (
            await connection.QueryAsync<PlanRow>(
                $"select tool, name, amount, currency, period, note from plans where tool in {list} order by position",
                arguments,
                transaction
            )
        ).ToLookup(plan => plan.Tool);
        var reviews = (
            await connection.QueryAsync<ReviewRow>($"{Reviews}where r.tool in {list} order by w.position, w.slug", arguments, transaction)
        ).ToLookup(review => review.Tool);
        return [.. rows.Select(row => row.Whole(plans[row.Slug], reviews[row.Slug]))];
    }

    /// <summary>One page of the tools that are not retired.</summary>
    /// <param name="found">Only these, in this order if <paramref name="order"/> is by relevance; null for all.</param>
    public async Task<(IReadOnlyList<ToolSummary> Tools, int Total)> ListToolsAsync(
        string? category,
        IReadOnlyList<string>? found,
        ToolOrder order,
        int page
    )
    {
        var skip = (long)(page - 1) * PageSize;
        if (found is not null && order is ToolOrder.Relevance)
        {
            string[] slugs = [.. found.Skip((int)Math.Min(skip, found.Count)).Take(PageSize)];
            var (shown, named) = In(slugs);
            var matches = await connection.QueryAsync<ToolRow>(Tools + "where t.retired = 0 and t.slug in " + shown, named, transaction);
            return ([.. matches.OrderBy(row => Array.IndexOf(slugs, row.Slug)).Select(row => row.Summary())], found.Count);
        }

        var (list, arguments) = In([.. found ?? []]);
        arguments.AddDynamicParams(
            new
            {
                category,
                size = PageSize,
                skip,
            }
        );
        var where =
            "where t.retired = 0"
            + (category is null ? "" : " and t.category = @category")
            + (found is null ? "" : " and t.slug in " + list);
        var orderBy = order switch
        {
            ToolOrder.Newest => " order by t.published_at desc, t.sort_name, t.slug",
            ToolOrder.Panel =>
                " order by coalesce(1.0 * p.ship / (p.ship + p.skip), -1) desc, coalesce(p.ship, 0) desc, t.sort_name, t.slug",
            // A price per use can't be compared with one per month, unless it is nothing.
            ToolOrder.Price => " order by case when t.entry_period = 'use' and t.entry_amount > 0 then 1 else 0 end,"
                + " case when t.entry_period = 'year' then t.entry_amount / 12 else t.entry_amount end, t.sort_name, t.slug",
            ToolOrder.Name or ToolOrder.Relevance => " order by t.sort_name, t.slug",
        };
        var total = await connection.ExecuteScalarAsync<int>("select count(*) from tools t " + where, arguments, transaction);
        var rows = await connection.QueryAsync<ToolRow>(Tools + where + orderBy + " limit @size offset @skip", arguments, transaction);
        return ([.. rows.Select(row => row.Summary())], total);
    }

    /// <summary>What can be searched of every tool that is offered.</summary>
    public Task<IEnumerable<SearchRow>> SearchRowsAsync() =>
        connection.QueryAsync<SearchRow>(
            """
            select t.slug, t.name, t.sort_name as SortName, t.tagline, t.maker, t.category, c.name as CategoryName, t.description, t.pricing, t.entry_amount as EntryAmount,
                (select string_agg(name || ' ' || coalesce(note, ''), '; ') from plans where tool = t.slug) as Plans
            from tools t join categories c on c.slug = t.category where t.retired = 0 order by t.slug
            """,
            transaction: transaction
        );

    public async Task<IReadOnlyList<Contracts.ToolState>> ToolStatesAsync() =>
        [
            .. (
                await connection.QueryAsync<ToolRow>(
                    "select slug, name, category, retired, version from tools order by slug",
                    transaction: transaction
                )
            ).Select(row => new Contracts.ToolState(row.Slug, row.Name, row.Category, row.Retired != 0, row.Version)),
        ];

    /// <summary>Whether any review still says what the sample content says.</summary>
    public async Task<bool> SampleAsync() =>
        await connection.ExecuteScalarAsync<int>("select count(*) from reviews where sample = 1", transaction: transaction) > 0;

    public async Task<IReadOnlyList<CategoryCount>> CategoriesAsync() =>
        [
            .. (
                await connection.QueryAsync<(string Slug, string Name, long Tools)>(
                    """
                    select c.slug, c.name, count(t.slug) as Tools from categories c left join tools t on t.category = c.slug and t.retired = 0
                    group by c.slug, c.name order by c.name
                    """,
                    transaction: transaction
                )
            ).Select(row => new CategoryCount(row.Slug, row.Name, (int)row.Tools)),
        ];

    public Task<Category?> CategoryAsync(string slug) =>
        Connection.QuerySingleOrDefaultAsync<Category>("select slug, name from categories where slug = @slug", new { slug }, transaction);

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

    /// <summary>The slug a tool has now, by one it had before; null when no tool moved away from there.</summary>
    public Task<string?> MovedToAsync(string slug) =>
        connection.QuerySingleOrDefaultAsync<string?>("select tool from moved_tools where slug = @slug", new { slug }, transaction);

    /// <summary>Everything, retired tools too, by slug; not what is left of a tool under a slug it no longer has.</summary>
    public async Task<IReadOnlyList<Tool>> AllToolsAsync()
    {
        var rows = await connection.QueryAsync<ToolRow>(
            Tools + "where t.slug not in (select slug from moved_tools) order by t.slug",
            transaction: transaction
        );
        var plans = (
            await connection.QueryAsync<PlanRow>(
                "select tool, name, amount, currency, period, note from plans order by tool, position",
                transaction: transaction
            )
        ).ToLookup(plan => plan.Tool);
        var reviews = (await connection.QueryAsync<ReviewRow>(Reviews + "order by w.position, w.slug", transaction: transaction)).ToLookup(
            review => review.Tool
        );
        return [.. rows.Select(row => row.Whole(plans[row.Slug], reviews[row.Slug]))];
    }

    /// <summary>Every comparison that was ever written, removed ones too, by slug.</summary>
    public async Task<IReadOnlyList<ComparisonRow>> AllComparisonsAsync() =>
        [.. await connection.QueryAsync<ComparisonRow>(Comparisons + "order by slug", transaction: transaction)];

    public async Task<IReadOnlyList<Category>> AllCategoriesAsync() =>
        [.. await connection.QueryAsync<Category>("select slug, name from categories order by slug", transaction: transaction)];

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

/// <summary>By relevance what was searched for, by name everything.</summary>
internal enum ToolOrder
{
    Relevance,
    Name,
    Newest,
    Panel,
    Price,
}
