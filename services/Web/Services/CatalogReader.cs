namespace Web.Services;

/// <summary>Reads Catalog for the pages. Slugs are checked by the routes before they come here.</summary>
internal sealed class CatalogReader(IHttpClientFactory clients, ConditionalCache remembered)
{
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(3);

    public Task<Tool?> ToolAsync(string slug, CancellationToken cancellationToken) => Read<Tool>($"api/tools/{slug}", cancellationToken);

    public Task<Comparison?> ComparisonAsync(string slug, CancellationToken cancellationToken) =>
        Read<Comparison>($"api/comparisons/{slug}", cancellationToken);

    /// <summary>What editors changed, newest first; empty for a tool that is not there.</summary>
    public async Task<IReadOnlyList<ToolChange>> ChangesAsync(string slug, CancellationToken cancellationToken) =>
        (await Read<ToolChanges>($"api/tools/{slug}/history", cancellationToken))?.Changes ?? [];

    public async Task<ToolList> ToolsAsync(string? category, string? q, string? sort, int page, CancellationToken cancellationToken) =>
        await Read<ToolList>(
            "api/tools"
                + QueryString.Create(
                    new Dictionary<string, string?>
                    {
                        ["category"] = category,
                        ["q"] = q,
                        ["sort"] = sort,
                        ["page"] = page > 1 ? page.ToString() : null,
                    }.Where(part => !string.IsNullOrEmpty(part.Value))
                ),
            cancellationToken
        ) ?? new ToolList([], 0, page, 0);

    public async Task<ComparisonList> ComparisonsAsync(string? tool, string? category, int page, CancellationToken cancellationToken) =>
        await Read<ComparisonList>(
            "api/comparisons"
                + QueryString.Create(
                    new Dictionary<string, string?>
                    {
                        ["tool"] = tool,
                        ["category"] = category,
                        ["page"] = page > 1 ? page.ToString() : null,
                    }.Where(part => !string.IsNullOrEmpty(part.Value))
                ),
            cancellationToken
        ) ?? new ComparisonList([], 0, page, 0);

    /// <summary>Every tool that matches, over all of Catalog's pages; for filters Catalog does not know, and for the site map.</summary>
    public async Task<IReadOnlyList<Tool>> AllToolsAsync(string? category, string? q, string? sort, CancellationToken cancellationToken)
    {
        var first = await ToolsAsync(category, q, sort, 1, cancellationToken);
        var tools = first.Tools.ToList();
        for (var page = 2; page <= Math.Min(first.Pages, MostPages); page++)
            tools.AddRange((await ToolsAsync(category, q, sort, page, cancellationToken)).Tools);
        return tools;
    }

    public async Task<IReadOnlyList<Comparison>> AllComparisonsAsync(CancellationToken cancellationToken)
    {
        var first = await ComparisonsAsync(null, null, 1, cancellationToken);
        var comparisons = first.Comparisons.ToList();
        for (var page = 2; page <= Math.Min(first.Pages, MostPages); page++)
            comparisons.AddRange((await ComparisonsAsync(null, null, page, cancellationToken)).Comparisons);
        return comparisons;
    }

    /// <returns>Tools' names by slug; a tool that is not there any more has none.</returns>
    public async Task<IReadOnlyDictionary<string, string>> NamesAsync(IEnumerable<string> slugs, CancellationToken cancellationToken)
    {
        var names = new Dictionary<string, string>();
        foreach (var slug in slugs.Distinct())
            if (await ToolAsync(slug, cancellationToken) is { } known)
                names[slug] = known.Name;
        return names;
    }

    public async Task<IReadOnlyList<ToolLine>> ToolLinesAsync(CancellationToken cancellationToken) =>
        // Without what is left of tools under slugs they no longer have.
        [
            .. ((await Read<ToolLines>("api/catalog/tools", cancellationToken))?.Tools ?? []).Where(tool =>
                Contracts.Slug.IsToolSlug(tool.Slug)
            ),
        ];

    /// <summary>Whether readers have to be told that what they see is sample content.</summary>
    public async Task<bool> IsSampleAsync(CancellationToken cancellationToken) =>
        (await Read<ToolLines>("api/catalog/tools", cancellationToken))?.Sample == true;

    public async Task<IReadOnlyList<Reviewer>> ReviewersAsync(CancellationToken cancellationToken) =>
        await Read<IReadOnlyList<Reviewer>>("api/reviewers", cancellationToken) ?? [];

    public async Task<IReadOnlyList<Category>> CategoriesAsync(CancellationToken cancellationToken) =>
        await Read<IReadOnlyList<Category>>("api/categories", cancellationToken) ?? [];

    // A bound on what one page may ask of Catalog; 2 400 tools.
    private const int MostPages = 100;

    private Task<T?> Read<T>(string path, CancellationToken cancellationToken)
        where T : class =>
        // Searches are not cached: there are as many as words, and they would evict frequent requests.
        clients
            .CreateClient("Catalog")
            .ReadAsync<T>("Catalog", path, Within, cancellationToken, path.Contains("q=", StringComparison.Ordinal) ? null : remembered);
}
