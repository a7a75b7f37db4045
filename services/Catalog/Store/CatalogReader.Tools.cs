using Dapper;

namespace Catalog.Store;

internal partial class CatalogReader
{
    private const string Tools = """
        select t.slug, t.name, t.tagline, t.maker, t.category, c.name as CategoryName, t.description, t.website, t.pricing,
            t.entry_label as EntryLabel, t.entry_amount as EntryAmount, t.entry_currency as EntryCurrency, t.entry_period as EntryPeriod,
            t.retired, t.published_at as PublishedAt, t.updated_at as UpdatedAt, t.version,
            coalesce(p.ship, 0) as Ship, coalesce(p.skip, 0) as Skip
        from tools t
        join categories c on c.slug = t.category
        left join (
            select tool,
                sum(case when verdict = 'ship' then 1 else 0 end) as ship,
                sum(case when verdict = 'skip' then 1 else 0 end) as skip
            from reviews group by tool) p on p.tool = t.slug

        """;

    private const string Reviews = """
        select r.tool, r.reviewer, w.name as ReviewerName, w.role, r.verdict, r.quote, r.at, r.sample
        from reviews r join reviewers w on w.slug = r.reviewer

        """;

    /// <summary>A known tool's version, which is all a conditional read needs.</summary>
    public Task<long?> ToolVersionAsync(string slug) =>
        connection.QuerySingleOrDefaultAsync<long?>("select version from tools where slug = @slug", new { slug }, transaction);

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
            select t.slug, t.name, t.sort_name as SortName, t.tagline, t.maker, t.category, c.name as CategoryName,
                t.description, t.pricing, t.entry_amount as EntryAmount,
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
