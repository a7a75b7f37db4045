namespace Web;

/// <summary>Reads Tally for the pages. A page never fails for want of it: the panel's half is worth showing alone.</summary>
internal sealed partial class TallyReader(IHttpClientFactory clients, ILogger<TallyReader> log)
{
    // Longer than a healthy answer by far, and short enough that a frozen Tally is hardly felt.
    private static readonly TimeSpan Within = TimeSpan.FromMilliseconds(600);

    // Tally answers any number of tools, but the address has to stay of reasonable length.
    private const int AtOnce = 50;

    public async Task<Tallies> OfAsync(IEnumerable<string> tools, CancellationToken stop)
    {
        var chunks = tools.Distinct().Chunk(AtOnce).ToList();
        try
        {
            var answers = await Task.WhenAll(chunks.Select(chunk =>
                Read("api/tallies?" + string.Join('&', chunk.Select(tool => "tool=" + Uri.EscapeDataString(tool))), stop)));
            return Of(answers.SelectMany(tallies => tallies));
        }
        catch (ServiceAway away)
        {
            Away(log, away.InnerException?.GetType().Name);
            return Tallies.NotAvailable;
        }
    }

    /// <param name="ranking">top or divided.</param>
    /// <returns>Tallies in the ranking's order, or null when Tally is away.</returns>
    public async Task<IReadOnlyList<ToolTally>?> RankingAsync(string ranking, int limit, CancellationToken stop)
    {
        try
        {
            return await Read($"api/tallies/{ranking}?limit={limit}", stop);
        }
        catch (ServiceAway away)
        {
            Away(log, away.InnerException?.GetType().Name);
            return null;
        }
    }

    /// <summary>The tool's days with votes, oldest first; empty when Tally is away.</summary>
    public async Task<IReadOnlyList<HistoryPoint>> HistoryAsync(string tool, CancellationToken stop)
    {
        try
        {
            var history = await clients.CreateClient("Tally").ReadAsync<History>("Tally", $"api/tallies/{tool}/history?bucket=day", Within, stop);
            return history?.Points.Where(point => point.ShipPercent is not null).ToList() ?? [];
        }
        catch (ServiceAway away)
        {
            Away(log, away.InnerException?.GetType().Name);
            return [];
        }
    }

    private async Task<IReadOnlyList<ToolTally>> Read(string path, CancellationToken stop) =>
        await clients.CreateClient("Tally").ReadAsync<IReadOnlyList<ToolTally>>("Tally", path, Within, stop) ?? [];

    private static Tallies Of(IEnumerable<ToolTally> tallies) =>
        new(false, tallies.GroupBy(tally => tally.Tool).ToDictionary(group => group.Key, group => group.First()));

    [LoggerMessage(6001, LogLevel.Warning, "The page is shown without live numbers, Tally is away: {Problem}")]
    private static partial void Away(ILogger log, string? problem);
}
