using System.Text.Json;
using Contracts;
using Hosting;
using Hosting.Observability;
using Tally.Counters;
using Tally.State;

namespace Tally.History;

/// <summary>
/// Follows the ledger and writes, per tool, the counts at the end of each minute, hour and day. Exact by construction: it counts entries,
/// page after page, and a page is written together with the cursor behind it. Sampling the counters was rejected: a replica that is down,
/// or a tool that is coalesced, would leave holes. So was reading each entry, which took a sixth of what a vote costs: the ledger's
/// database adds them up by tool and minute. Several replicas may follow at once; the second one on a page writes nothing.
/// </summary>
internal sealed partial class HistoryFollower : BackgroundService
{
    // Entries a page. Each tool in it is half a dozen commands to Redis in one step, so a page grows only while it holds few tools.
    private const int SmallestPage = 5_000,
        LargestPage = 40_000,
        FewLines = 500;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private readonly ICounters _counters;
    private readonly Board _board;
    private readonly IHttpClientFactory _clients;
    private readonly TallySettings _settings;
    private readonly ILogger<HistoryFollower> _logger;
    private readonly Signal _moved = new();
    private int _pageSize = SmallestPage;
    private readonly Outage _outage = new();

    public HistoryFollower(
        ICounters counters,
        Board board,
        IHttpClientFactory clients,
        TallySettings settings,
        ILogger<HistoryFollower> logger
    )
    {
        (_counters, _board, _clients, _settings, _logger) = (counters, board, clients, settings, logger);
        board.Moved += _ => Wake();
    }

    /// <summary>Something moved: look at the ledger soon.</summary>
    public void Wake() => _moved.Set();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Times are attached to known states, so those come first.
        await _board.Filled.WaitAsync(stoppingToken);
        Wake();
        while (true)
        {
            await _moved.WaitAsync(stoppingToken);
            if (!await FollowAsync(stoppingToken))
                Wake();
            await Task.Delay(_settings.History, stoppingToken);
        }
    }

    /// <returns>False when it has to look again after the pause.</returns>
    private async Task<bool> FollowAsync(CancellationToken cancellationToken)
    {
        try
        {
            int asked;
            long counted;
            do
            {
                asked = _pageSize;
                counted = await FollowPageAsync(asked, cancellationToken);
            } while (counted >= asked);
            if (_outage.Works())
                LogBack();
            // A page that was not full: what came meanwhile can wait. Under load there is always something, and going on until there was
            // nothing made pages of a few hundred entries without a pause, each of which writes every tool.
            return counted == 0;
        }
        catch (Exception error)
            when (error is HttpRequestException or JsonException or IOException or CountersUnavailableException
                || error is OperationCanceledException && !cancellationToken.IsCancellationRequested
            )
        {
            if (_outage.Fails())
                LogAway(error.GetType().Name, error.Message);
            return false;
        }
    }

    /// <returns>How many entries were counted, by this replica or another; 0 at the ledger's end.</returns>
    private async Task<long> FollowPageAsync(int limit, CancellationToken cancellationToken)
    {
        var (keptEpoch, cursor, _) = await _counters.ReadRunningAsync([], cancellationToken);
        var (epoch, read, next) = await ReadAsync(cursor, limit, cancellationToken);
        if (epoch > keptEpoch && keptEpoch != 0)
        {
            LogNewEpoch(epoch);
            await _counters.ResetHistoryAsync(epoch, [.. _board.All.Select(standing => standing.Tally.Tool)], cancellationToken);
            return limit;
        }

        // An epoch that the ledger does not know is the reconciler's to end.
        if (next <= cursor || epoch < keptEpoch && epoch != 0)
            return 0;
        var minutes = read.Where(minute => Slug.IsValid(minute.Tool)).ToArray();

        var (_, _, running) = await _counters.ReadRunningAsync([.. minutes.Select(minute => minute.Tool!).Distinct()], cancellationToken);
        // The reconciler finds what was written there by mistake and recounts everything.
        if (running.Values.Contains(RunningCount.Nonsense))
            return 0;
        var counted = minutes
            .GroupBy(minute => minute.Tool!)
            .Select(tool => LedgerCount.Of(tool.Key, running.GetValueOrDefault(tool.Key), tool))
            .ToArray();
        _pageSize = read.Length <= FewLines ? Math.Min(2 * _pageSize, LargestPage) : SmallestPage;
        var written = await _counters.WriteHistoryAsync(new HistoryPage(epoch, cursor, next, counted), cancellationToken);
        if (written)
            await TellTimesAsync(counted, cancellationToken);
        // A replica that lost a page to another one continues at the new cursor.
        return next - cursor;
    }

    // After a rebuild the counters lack the time of their last change, which the totals need not say but the entries do. Only the time is
    // taken from here, and only for the very state that the totals said: they, not this count, are the truth of a tally.
    private async Task TellTimesAsync(IReadOnlyCollection<ToolPage> tools, CancellationToken cancellationToken)
    {
        List<ToolTotals> timed = [];
        foreach (var (tool, running, _) in tools)
            if (
                _board.Find(tool)?.Newest.Totals is { } known
                && known.At == default
                && (known.Version, known.Ship, known.Skip) == (running.Entries, running.Ship, running.Skip)
            )
                timed.Add(known with { At = DateTimeOffset.FromUnixTimeMilliseconds(running.At) });
        if (timed.Count > 0)
            await _counters.TakeAsync(timed, cancellationToken);
    }

    private async Task<(long Epoch, LedgerMinute[] Minutes, long Next)> ReadAsync(
        long after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        using var patience = cancellationToken.WithTimeout(Patience);
        var page = await _clients
            .CreateClient("Voting")
            .GetFromJsonAsync<LedgerPage>($"api/ledger/minutes?after={after}&limit={limit}", Json, patience.Token);
        return page is { Minutes: { } minutes }
            ? (page.Epoch, minutes, page.Next)
            : throw new JsonException("The ledger's page has no minutes.");
    }

    [LoggerMessage(4020, LogLevel.Warning, "The ledger can't be read ({Error}: {Reason}); the history is paused")]
    private partial void LogAway(string error, string reason);

    [LoggerMessage(4022, LogLevel.Information, "The ledger began epoch {Epoch}; the history is counted again")]
    private partial void LogNewEpoch(long epoch);

    [LoggerMessage(4021, LogLevel.Information, "The history continues")]
    private partial void LogBack();
}
