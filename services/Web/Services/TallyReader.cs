namespace Web.Services;

/// <summary>Reads Tally for the pages. A page never fails for want of it: the panel's half is worth showing alone.</summary>
internal sealed partial class TallyReader(IHttpClientFactory clients, Timeouts timeouts, ILogger<TallyReader> logger)
{
    private volatile bool _answered;

    /// <param name="ranked">True to leave out the tools that rankings do.</param>
    public async Task<Tallies> OfAsync(IEnumerable<string> tools, CancellationToken cancellationToken, bool ranked = false)
    {
        // Tally answers any number of tools, but the address has to stay of reasonable length.
        var chunks = tools.Distinct().Chunk(Contracts.Limits.ToolsAtOnce).ToList();
        try
        {
            var answers = await Task.WhenAll(
                chunks.Select(chunk =>
                    Read(
                        $"api/tallies?{(ranked ? "ranked=true&" : "")}"
                            + string.Join('&', chunk.Select(tool => "tool=" + Uri.EscapeDataString(tool))),
                        cancellationToken
                    )
                )
            );
            return Of(answers.SelectMany(tallies => tallies));
        }
        catch (ServiceUnavailableException unavailable)
        {
            TallyUnavailable(logger, unavailable.InnerException?.GetType().Name);
            return Tallies.Unavailable;
        }
    }

    /// <param name="ranking">top or divided.</param>
    /// <returns>Tallies in the ranking's order, or null when Tally is unavailable.</returns>
    public async Task<IReadOnlyList<ToolTally>?> RankingAsync(string ranking, int limit, CancellationToken cancellationToken)
    {
        try
        {
            return await Read($"api/tallies/{ranking}?limit={limit}", cancellationToken);
        }
        catch (ServiceUnavailableException unavailable)
        {
            TallyUnavailable(logger, unavailable.InnerException?.GetType().Name);
            return null;
        }
    }

    // Until then a line by day would have a handful of corners.
    private static readonly TimeSpan Young = TimeSpan.FromDays(4);

    /// <summary>The tool's past by day, or by hour while it is young; oldest first, empty when Tally is unavailable.</summary>
    public async Task<(IReadOnlyList<HistoryPoint> Points, bool Hourly)> HistoryAsync(
        string tool,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        try
        {
            if (
                await ReadAsync<History>($"api/tallies/{tool}/history?bucket=day", cancellationToken) is not { Points: { Count: > 0 } days }
            )
                return ([], false);
            if (
                days[0].At < now - Young
                || await ReadAsync<History>($"api/tallies/{tool}/history?bucket=hour", cancellationToken)
                    is not { Points: { Count: > 1 } hours }
            )
                return (days, false);
            return (hours, true);
        }
        catch (ServiceUnavailableException unavailable)
        {
            TallyUnavailable(logger, unavailable.InnerException?.GetType().Name);
            return ([], false);
        }
    }

    private async Task<IReadOnlyList<ToolTally>> Read(string path, CancellationToken cancellationToken) =>
        await ReadAsync<IReadOnlyList<ToolTally>>(path, cancellationToken) ?? [];

    private async Task<T?> ReadAsync<T>(string path, CancellationToken cancellationToken)
        where T : class
    {
        var answer = await clients
            .CreateClient("Tally")
            .ReadAsync<T>("Tally", path, _answered ? timeouts.Live : timeouts.Cold, cancellationToken);
        _answered = true;
        return answer;
    }

    private static Tallies Of(IEnumerable<ToolTally> tallies) =>
        new(false, tallies.GroupBy(tally => tally.Tool).ToDictionary(group => group.Key, group => group.First()));

    [LoggerMessage(6001, LogLevel.Warning, "The page is shown without live numbers, Tally is unavailable: {Problem}")]
    private static partial void TallyUnavailable(ILogger logger, string? problem);
}
