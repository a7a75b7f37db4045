using System.Net.Http.Json;
using Testing.Servers;

namespace Faults.Tests.Crowd;

/// <summary>Reads the public API of one replica.</summary>
public static class Api
{
    public static HttpClient Http { get; } =
        new(new SocketsHttpHandler { UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(2) }) { Timeout = Timeout.InfiniteTimeSpan };

    public static async Task<IReadOnlyList<string>> Tools(ServiceProcess catalog) =>
        [.. (await Get<ToolRows>(catalog, "api/catalog/tools")).Tools.Where(tool => !tool.Retired).Select(tool => tool.Slug)];

    public static Task<IReadOnlyList<ToolTally>> Tallies(ServiceProcess tally, IEnumerable<string> tools) =>
        Get<IReadOnlyList<ToolTally>>(tally, "api/tallies?" + Query(tools));

    /// <summary>A voter may ask for its vote on the tool.</summary>
    public static async Task<bool> Knows(ServiceProcess voting, string tool)
    {
        using var asked = await Http.PostAsync(new Uri(voting.Address, "api/voters"), null);
        using var own = new HttpRequestMessage(HttpMethod.Get, new Uri(voting.Address, $"api/votes/{tool}"));
        own.Headers.Authorization = new("Voter", (await asked.Content.ReadFromJsonAsync<Voter>())!.Token);
        using var answer = await Http.SendAsync(own);
        return answer.IsSuccessStatusCode;
    }

    public static Task<IReadOnlyList<Totals>> Totals(ServiceProcess voting) => Get<IReadOnlyList<Totals>>(voting, "api/ledger/totals");

    /// <summary>The key that signs the public log.</summary>
    public static Task<string> LogKey(ServiceProcess voting) => Http.GetStringAsync(new Uri(voting.Address, "log/key"));

    public static async Task<TallyPoint?> LastDay(ServiceProcess tally, string tool) =>
        (await Get<TallyHistory>(tally, $"api/tallies/{tool}/history?bucket=day")).Points is [.., var last] ? last : null;

    public static Task<LedgerPage> Ledger(ServiceProcess voting, long after) =>
        Get<LedgerPage>(voting, $"api/ledger?after={after}&limit=1000");

    public static string Query(IEnumerable<string> tools) => string.Join('&', tools.Select(tool => $"tool={tool}"));

    private static async Task<T> Get<T>(ServiceProcess replica, string path)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        return (await Http.GetFromJsonAsync<T>(new Uri(replica.Address, path), patience.Token))!;
    }
}
