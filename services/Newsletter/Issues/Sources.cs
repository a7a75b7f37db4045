namespace Newsletter.Issues;

/// <summary>What an issue is made of, from the other services' public answers.</summary>
internal sealed class Sources(IHttpClientFactory clients)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    internal sealed record NamedTool(string Slug, string Name, bool Retired);
    internal sealed record NamedTools(IReadOnlyList<NamedTool> Tools);
    internal sealed record SideBySide(string Slug, string? Summary, IReadOnlyList<NameOnly> Tools, DateTimeOffset PublishedAt);
    internal sealed record NameOnly(string Name);
    internal sealed record Newest(IReadOnlyList<SideBySide> Comparisons);
    internal sealed record ToolTally(string Tool, long Total, double? ShipPercent);

    public Task<NamedTools> ToolsAsync(CancellationToken stop) => GetAsync<NamedTools>("Catalog", "api/catalog/tools", stop);
    public Task<Newest> ComparisonsAsync(CancellationToken stop) => GetAsync<Newest>("Catalog", "api/comparisons", stop);
    public Task<ToolTally[]> TopAsync(CancellationToken stop) => GetAsync<ToolTally[]>("Tally", "api/tallies/top?limit=10", stop);
    public Task<ToolTally[]> DividedAsync(CancellationToken stop) => GetAsync<ToolTally[]>("Tally", "api/tallies/divided?limit=10", stop);

    /// <exception cref="HttpRequestException">The service is away or answered with an error.</exception>
    private async Task<T> GetAsync<T>(string service, string path, CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(Patience);
        var client = clients.CreateClient(service);
        return await client.GetFromJsonAsync<T>(path, patience.Token)
            ?? throw new HttpRequestException($"{service} answered /{path} with nothing.");
    }
}
