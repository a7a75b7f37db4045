using System.Globalization;
using Hosting;

namespace Webhooks.Following;

/// <summary>What is read of the other services' public answers.</summary>
internal sealed class Sources(IHttpClientFactory clients)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public sealed record ToolVersion(string Slug, long Version);

    public sealed record Tool(string Slug, string Name, long Version, DateTimeOffset UpdatedAt, EntryPrice EntryPrice)
    {
        public IReadOnlyList<Plan> Plans { get; init; } = [];
        public IReadOnlyList<Review> Reviews { get; init; } = [];
    }

    public sealed record EntryPrice(string Label);

    public sealed record Plan(string Name, decimal Amount, string Currency, string? Period)
    {
        /// <summary>As the tool's history words it.</summary>
        public string Price =>
            $"{Amount.ToString("0.######", CultureInfo.InvariantCulture)} {Currency}{(Period is null ? "" : $" a {Period}")}";
    }

    /// <param name="Sample">True while it says what the sample content says: nobody's opinion.</param>
    public sealed record Review(Reviewer Reviewer, string Verdict, string Quote, DateTimeOffset At, bool Sample = false);

    public sealed record Reviewer(string Slug, string Name);

    public sealed record Comparison(string Slug, IReadOnlyList<ComparedTool> Tools, DateTimeOffset PublishedAt);

    public sealed record ComparedTool(string Slug, string Name);

    public sealed record Issue(string Week, string Title, DateTimeOffset PublishedAt);

    private sealed record ToolList(IReadOnlyList<ToolVersion> Tools);

    private sealed record ComparisonPage(IReadOnlyList<Comparison> Comparisons, int Pages);

    private sealed record Archive(IReadOnlyList<Issue> Issues);

    public async Task<IReadOnlyList<ToolVersion>> ToolsAsync(CancellationToken cancellationToken) =>
        (await GetAsync<ToolList>("Catalog", "api/catalog/tools", cancellationToken)).Tools;

    public Task<Tool> ToolAsync(string slug, CancellationToken cancellationToken) =>
        GetAsync<Tool>("Catalog", $"api/tools/{slug}", cancellationToken);

    /// <summary>The comparisons, newest first, up to the first page that holds none that is wanted.</summary>
    public async Task<IReadOnlyList<Comparison>> ComparisonsAsync(Func<Comparison, bool> wanted, CancellationToken cancellationToken)
    {
        var comparisons = new List<Comparison>();
        ComparisonPage page;
        var number = 1;
        do
        {
            page = await GetAsync<ComparisonPage>("Catalog", $"api/comparisons?page={number}", cancellationToken);
            comparisons.AddRange(page.Comparisons.Where(wanted));
        } while (number++ < page.Pages && page.Comparisons.Any(wanted));
        return comparisons;
    }

    public async Task<IReadOnlyList<Issue>> IssuesAsync(CancellationToken cancellationToken) =>
        (await GetAsync<Archive>("Newsletter", "api/newsletter/issues", cancellationToken)).Issues;

    /// <returns>Every tool's totals; their epoch is the header's.</returns>
    public async Task<IReadOnlyList<Contracts.ToolTotals>> TotalsAsync(CancellationToken cancellationToken) =>
        await GetAsync<Contracts.ToolTotals[]>("Voting", "api/ledger/totals", cancellationToken);

    /// <exception cref="HttpRequestException">No answer in time, or one that is none.</exception>
    private async Task<T> GetAsync<T>(string service, string path, CancellationToken cancellationToken)
    {
        using var patience = cancellationToken.WithTimeout(Patience);
        try
        {
            return await clients.CreateClient(service).GetFromJsonAsync<T>(path, patience.Token)
                ?? throw new HttpRequestException($"{service} answered with nothing.");
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException($"{service} did not answer within {Patience.TotalSeconds:0} seconds.", late);
        }
        catch (System.Text.Json.JsonException unreadable)
        {
            throw new HttpRequestException($"{service} answered something unreadable.", unreadable);
        }
    }
}
