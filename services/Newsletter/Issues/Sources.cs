using Hosting;

namespace Newsletter.Issues;

/// <summary>
/// What an issue is made of, from the other services' public answers. Every read throws <see cref="HttpRequestException"/> when its service
/// is unavailable.
/// </summary>
internal sealed class Sources(IHttpClientFactory clients)
{
    private const int ToolsAtOnce = 50;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    internal sealed record ListedTool(string Slug, string Name, DateTimeOffset UpdatedAt);

    internal sealed record SideBySide(string Slug, string? Summary, IReadOnlyList<NameOnly> Tools, DateTimeOffset PublishedAt);

    internal sealed record NameOnly(string Name);

    internal sealed record ToolTally(string Tool, long Total, double? ShipPercent, Interval? Interval);

    internal sealed record Interval(double Low, double High);

    internal sealed record Point(DateTimeOffset At, long Ship, long Skip, double? ShipPercent);

    internal sealed record ToolChange(DateTimeOffset At, string What, string? Name, string? From, string? To);

    private sealed record ToolPage(IReadOnlyList<ListedTool> Tools, int Pages);

    private sealed record ComparisonPage(IReadOnlyList<SideBySide> Comparisons, int Pages);

    private sealed record TallyHistory(IReadOnlyList<Point> Points);

    private sealed record ToolHistory(IReadOnlyList<ToolChange> Changes);

    /// <summary>Every tool that is offered.</summary>
    public async Task<IReadOnlyList<ListedTool>> ToolsAsync(CancellationToken cancellationToken)
    {
        // By slug, since an edit between two pages may show a tool on both.
        var tools = new Dictionary<string, ListedTool>();
        ToolPage page;
        var number = 1;
        do
        {
            page = await GetAsync<ToolPage>("Catalog", $"api/tools?page={number}", cancellationToken);
            foreach (var tool in page.Tools)
                tools[tool.Slug] = tool;
        } while (number++ < page.Pages);
        return [.. tools.Values];
    }

    /// <summary>The comparisons published after <paramref name="since"/>, newest first.</summary>
    public async Task<IReadOnlyList<SideBySide>> ComparisonsAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        var comparisons = new Dictionary<string, SideBySide>();
        ComparisonPage page;
        var number = 1;
        do
        {
            page = await GetAsync<ComparisonPage>("Catalog", $"api/comparisons?page={number}", cancellationToken);
            foreach (var comparison in page.Comparisons.Where(comparison => comparison.PublishedAt > since))
                comparisons[comparison.Slug] = comparison;
        } while (number++ < page.Pages && page.Comparisons.All(comparison => comparison.PublishedAt > since));
        return [.. comparisons.Values.OrderByDescending(comparison => comparison.PublishedAt)];
    }

    /// <summary>How readers voted on those tools; tools that Tally does not know yet or would not rank are left out.</summary>
    public async Task<IReadOnlyList<ToolTally>> TalliesAsync(IEnumerable<string> tools, CancellationToken cancellationToken)
    {
        var tallies = new List<ToolTally>();
        foreach (var some in tools.Chunk(ToolsAtOnce))
            tallies.AddRange(
                await GetAsync<ToolTally[]>(
                    "Tally",
                    $"api/tallies?ranked=true&{string.Join('&', some.Select(tool => $"tool={tool}"))}",
                    cancellationToken
                )
            );
        return tallies;
    }

    /// <summary>A tool's tally at the end of every day on which it changed, oldest first.</summary>
    public async Task<IReadOnlyList<Point>> DaysAsync(string tool, CancellationToken cancellationToken) =>
        (await GetAsync<TallyHistory>("Tally", $"api/tallies/{tool}/history?bucket=day", cancellationToken)).Points;

    /// <summary>How a tool's prices and panel verdicts changed, newest first.</summary>
    public async Task<IReadOnlyList<ToolChange>> ChangesAsync(string tool, CancellationToken cancellationToken) =>
        (await GetAsync<ToolHistory>("Catalog", $"api/tools/{tool}/history", cancellationToken)).Changes;

    private async Task<T> GetAsync<T>(string service, string path, CancellationToken cancellationToken)
    {
        using var patience = cancellationToken.WithTimeout(Patience);
        try
        {
            return await clients.CreateClient(service).GetFromJsonAsync<T>(path, patience.Token)
                ?? throw new HttpRequestException($"{service} answered /{path} with nothing.");
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException($"{service} did not answer /{path} within {Patience.TotalSeconds:0} seconds.", late);
        }
    }
}
