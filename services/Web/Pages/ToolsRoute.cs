using Contracts;
using Web.Parts;
using Web.Requests;
using Web.Services;

namespace Web.Pages;

public sealed record ToolsModel(
    ToolQuery Query,
    IReadOnlyList<Tool> Tools,
    int Total,
    int Pages,
    Tallies Tallies,
    IReadOnlyList<Category> Categories,
    IReadOnlyDictionary<string, string> Own
);

public sealed record CategoryModel(
    Category Category,
    IReadOnlyList<Tool> Tools,
    Tallies Tallies,
    IReadOnlyDictionary<string, string> Own,
    IReadOnlyList<Comparison> Comparisons,
    IReadOnlyList<Crumb> Trail
);

internal static class ToolsRoute
{
    private const int PerPage = 24;

    public static async Task<IResult> IndexAsync(HttpContext context, CatalogReader catalog, TallyReader tallies, VotingClient voting)
    {
        var cancellationToken = context.RequestAborted;
        var asking = voting.OwnVotesAsync(context);
        var query = ToolQuery.From(context.Request.Query);
        var categories = await catalog.CategoriesAsync(cancellationToken);
        // Catalog refuses categories it does not know; an old link should still show the tools.
        if (query.Category.Length > 0 && categories.All(category => category.Slug != query.Category))
            query = query with { Category = "" };

        var model = query.NeedsAll
            ? await ChooseAsync(query, categories, await asking, catalog, tallies, cancellationToken)
            : await ListAsync(query, categories, await asking, catalog, tallies, cancellationToken);
        var head = new PageHead(
            "All AI tools",
            "Every AI tool in the catalog with the panel’s verdict, the community’s votes and its entry price.",
            context.Origin() + (query.IsFiltered || query.Sort.Length > 0 ? "/tools" : query.At(query.Page))
        )
        {
            Live = true,
            Sample = await catalog.IsSampleAsync(cancellationToken),
            Hidden = query.IsFiltered,
        };
        return Page.Of<ToolsPage, ToolsModel>(head, model);
    }

    public static async Task<IResult> CategoryAsync(
        string slug,
        HttpContext context,
        CatalogReader catalog,
        TallyReader tallies,
        VotingClient voting
    )
    {
        if (Addresses.InLowerCase(context, slug) is { } redirect)
            return redirect;
        if (!Slug.IsValid(slug))
            return Page.NotFound(context, "category");
        var cancellationToken = context.RequestAborted;
        if ((await catalog.CategoriesAsync(cancellationToken)).FirstOrDefault(category => category.Slug == slug) is not { } category)
            return Page.NotFound(context, "category");

        var asking = voting.OwnVotesAsync(context);
        var comparing = catalog.ComparisonsAsync(null, slug, 1, cancellationToken);
        var tools = await catalog.AllToolsAsync(slug, null, null, cancellationToken);
        var counts = await tallies.OfAsync(tools.Select(tool => tool.Slug), cancellationToken);
        var origin = context.Origin();
        var trail = new List<Crumb> { new("Home", "/"), new("Tools", "/tools"), new(category.Name, null) };
        var head = new PageHead(
            $"{category.Name}: AI tools compared",
            $"The AI tools in {category.Name}: the panel’s verdicts, the community’s votes, prices and comparisons.",
            $"{origin}/categories/{slug}"
        )
        {
            Live = true,
            Sample = await catalog.IsSampleAsync(cancellationToken),
            Feed = ($"/categories/{slug}/feed.xml", $"New in {category.Name}"),
            Data = [StructuredData.Breadcrumbs(origin, $"{origin}/categories/{slug}", trail)],
        };
        return Page.Of<CategoryPage, CategoryModel>(
            head,
            new CategoryModel(category, tools, counts, await asking, (await comparing).Comparisons, trail)
        );
    }

    private static async Task<ToolsModel> ListAsync(
        ToolQuery query,
        IReadOnlyList<Category> categories,
        IReadOnlyDictionary<string, string> own,
        CatalogReader catalog,
        TallyReader tallies,
        CancellationToken cancellationToken
    )
    {
        var list = await catalog.ToolsAsync(query.Category, query.Q, query.Sort, query.Page, cancellationToken);
        var counts = await tallies.OfAsync(list.Tools.Select(tool => tool.Slug), cancellationToken);
        return new ToolsModel(query, list.Tools, list.Total, list.Pages, counts, categories, own);
    }

    private static async Task<ToolsModel> ChooseAsync(
        ToolQuery query,
        IReadOnlyList<Category> categories,
        IReadOnlyDictionary<string, string> own,
        CatalogReader catalog,
        TallyReader tallies,
        CancellationToken cancellationToken
    )
    {
        var all = await catalog.AllToolsAsync(query.Category, query.Q, query.Sort == "community" ? null : query.Sort, cancellationToken);
        var counts = await tallies.OfAsync(all.Select(tool => tool.Slug), cancellationToken);
        IEnumerable<Tool> chosen = all.Where(tool => query.Takes(tool, counts.Of(tool.Slug)));
        if (query.Sort == "community")
        {
            var ranked = await tallies.OfAsync(all.Select(tool => tool.Slug), cancellationToken, ranked: true);
            chosen = chosen.OrderByDescending(tool => ranked.Of(tool.Slug)?.Interval?.Low ?? -1);
        }

        var tools = chosen.ToList();
        return new ToolsModel(
            query,
            tools.Skip((query.Page - 1) * PerPage).Take(PerPage).ToList(),
            tools.Count,
            (tools.Count + PerPage - 1) / PerPage,
            counts,
            categories,
            own
        );
    }
}
