using Contracts;
using Hosting;
using Hosting.Observability;
using MassTransit;
using Tally.Counters;
using Tally.History;
using Tally.State;

namespace Tally.Reconciling;

/// <summary>
/// Makes the counters and this replica's board agree with the ledger: at start, when the store is back after it was unavailable, when
/// a message names a new epoch, and every few seconds. So nothing depends on every message arriving, neither on the bus nor between
/// replicas, and a store that was emptied is filled again. And nothing depends on every message being true: counters are hints, and what
/// contradicts the ledger twice in a row is replaced by it. Every replica does this for its own board and for the counters; doing it at the
/// same time as another does no harm.
/// </summary>
internal sealed partial class Reconciler : BackgroundService
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1),
        LeastPause = TimeSpan.FromMilliseconds(100);

    // Counting all again costs the ledger's database something, and a ledger whose own totals are not the sum of its entries would ask for
    // it each time.
    private static readonly TimeSpan HistoryRests = TimeSpan.FromMinutes(10);
    private readonly ICounters _counters;
    private readonly Board _board;
    private readonly HistoryFollower _history;
    private readonly IHttpClientFactory _clients;
    private readonly IBusControl _bus;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly TallySettings _settings;
    private readonly TallyMetrics _metrics;
    private readonly ILogger<Reconciler> _logger;
    private readonly ServicePoller _voting;
    private readonly ServicePoller _catalog;
    private readonly Contradictions _doubts = new();
    private readonly Signal _wake = new();
    private readonly TimeProvider _timeProvider;
    private long? _historyReset;
    private readonly Outage _outage = new();

    public Reconciler(
        ICounters counters,
        Board board,
        HistoryFollower history,
        IHttpClientFactory clients,
        IBusControl bus,
        IHostApplicationLifetime lifetime,
        TallySettings settings,
        TallyMetrics metrics,
        TimeProvider timeProvider,
        ILogger<Reconciler> logger
    )
    {
        _timeProvider = timeProvider;
        (_counters, _board, _history, _clients, _bus, _lifetime) = (counters, board, history, clients, bus, lifetime);
        (_settings, _metrics, _logger) = (settings, metrics, logger);
        _voting = new ServicePoller("Voting", logger);
        _catalog = new ServicePoller("Catalog", logger);
        counters.Moved += totals => board.Apply(board.Admit(totals));
        counters.Returned += Wake;
        board.EpochAhead += Wake;
    }

    public override void Dispose()
    {
        _counters.Returned -= Wake;
        _board.EpochAhead -= Wake;
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await _lifetime.StartedAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            var settled = await ReconcileAsync(stoppingToken);
            // After a failure or a doubt it asks again sooner: the promise counts from a fault's end, not from the next round. And without
            // the bus nothing else brings the votes. MassTransit waits up to half a minute between attempts to reconnect, which may outlast
            // the broker's own outage.
            var calm = settled && _bus.CheckHealth().Status is BusHealthStatus.Healthy;
            // However often this is woken, the ledger is asked ten times a second at most.
            await Task.Delay(LeastPause, stoppingToken);
            await _wake.WaitAsync(calm || _settings.Reconcile < Soon ? _settings.Reconcile : Soon, stoppingToken);
        }
    }

    /// <returns>False when something was unavailable, or when it contradicted the ledger.</returns>
    private async Task<bool> ReconcileAsync(CancellationToken cancellationToken)
    {
        // All that is judged is read before the ledger is asked: a vote that is committed in between can then not be mistaken for a
        // contradiction.
        var shown = _board.All.ToList();
        var kept = await ReadKeptAsync([.. shown.Select(standing => standing.Tally.Tool)], cancellationToken);
        var asked = (
            Totals: _voting.AskAsync(
                _clients.CreateClient("Voting"),
                "api/ledger/totals",
                ServicePoller.ReadTotalsAsync,
                cancellationToken
            ),
            Tools: _catalog.AskAsync(_clients.CreateClient("Catalog"), "api/catalog/tools", ServicePoller.ReadToolsAsync, cancellationToken)
        );
        var (answer, tools) = (await asked.Totals, await asked.Tools);

        // A ledger that does not say its epoch yet speaks of the one that is known.
        var epoch = answer?.Epoch ?? Math.Max(_board.Epoch, kept?.Counters.Epoch ?? 0);
        var word = answer is null ? null : new LedgerSnapshot(epoch, answer);
        if (word is not null)
        {
            if (_board.Filled.IsCompleted)
                _metrics.Behind(
                    (long)
                        answer!
                            .Totals.Where(TotalsOrder.IsSound)
                            .Sum(state => (double)Math.Max(0, state.Version - VersionOf(_board.Find(state.Tool), epoch)))
                );
            _board.Epoch = epoch;
        }

        var wrong = word is null ? new HashSet<string>() : _doubts.Confirm(Contradicting(word, shown, kept));
        var told = Told(word, epoch, tools ?? [], shown, kept);
        var reached = await MendAsync(word, told, wrong, kept, cancellationToken);
        // Readers get the ledger's own numbers also while the counters are unavailable, later than usual but right.
        Show(word, told, wrong, shown);
        if (reached || word is not null)
            _board.Confirm(countersAway: !reached);
        else
            _board.MarkStale();
        if (tools is not null || _board.Count > 0)
            _board.MarkFilled();
        return reached && word is not null && tools is not null && wrong.Count == 0 && !_doubts.Any;
    }

    private async Task<Kept?> ReadKeptAsync(IReadOnlyCollection<string> tools, CancellationToken cancellationToken)
    {
        try
        {
            return new Kept(await _counters.ReadAllAsync(cancellationToken), await _counters.ReadRunningAsync(tools, cancellationToken));
        }
        catch (CountersUnavailableException error)
        {
            Away(error);
            return null;
        }
    }

    private IEnumerable<string> Contradicting(LedgerSnapshot word, IReadOnlyList<Standing> shown, Kept? kept)
    {
        var tools = shown
            .Select(standing => standing.Totals)
            .Concat(kept?.Counters.Totals ?? [])
            .Where(word.IsContradictedBy)
            .Select(state => state.Tool);
        if (kept is null)
            return tools;
        if (kept.Counters.Epoch > word.Epoch)
            tools = tools.Append(Contradictions.Epoch);
        var rests = _historyReset is { } reset && _timeProvider.GetElapsedTime(reset) < HistoryRests;
        return !rests && word.IsContradictedBy(kept.History) ? tools.Append(Contradictions.History) : tools;
    }

    // What every tool should stand at: as the ledger says or, while it is unavailable, the newest that is known. Its totals need not say
    // the time, which counters and board may know.
    private static List<ToolTotals> Told(
        LedgerSnapshot? word,
        long epoch,
        IReadOnlyList<string> tools,
        IReadOnlyList<Standing> shown,
        Kept? kept
    )
    {
        Dictionary<string, ToolTotals> told = [];
        var known = shown.Select(standing => standing.Totals).Concat(kept?.Counters.Totals ?? []).ToList();
        foreach (var tool in tools.Concat(word?.Tools ?? []).Concat(known.Select(state => state.Tool)))
            if (word?.IsSoundOn(tool) ?? true)
                told[tool] = word?.Of(tool) ?? TotalsOrder.Untouched(tool, epoch);
        foreach (var state in known)
            if (
                told.TryGetValue(state.Tool, out var said)
                && TotalsOrder.IsSound(state)
                && (
                    word is null
                        ? TotalsOrder.IsNewer(said, state)
                        : said.At == default && state.At != default && TotalsOrder.SaysTheSame(said, state)
                )
            )
                told[state.Tool] = state;
        return [.. told.Values];
    }

    private async Task<bool> MendAsync(
        LedgerSnapshot? word,
        List<ToolTotals> told,
        IReadOnlySet<string> wrong,
        Kept? kept,
        CancellationToken cancellationToken
    )
    {
        if (kept is null)
            return false;
        try
        {
            if (word is not null && wrong.Count > 0)
                await OverruleAsync(word, told, wrong, kept, cancellationToken);
            var counters = kept.Counters.Totals.ToDictionary(state => state.Tool);
            var better = told.Where(state => TotalsOrder.IsNewer(counters.GetValueOrDefault(state.Tool), state)).ToList();
            if (better.Count > 0)
            {
                var mended = await _counters.TakeAsync(better, cancellationToken);
                if (_board.Filled.IsCompleted)
                    _metrics.Corrected(mended);
                if (mended > 0)
                    LogMended(mended);
                _history.Wake();
            }

            if (_outage.Works())
                LogBack();
            return true;
        }
        catch (CountersUnavailableException error)
        {
            Away(error);
            return false;
        }
    }

    private async Task OverruleAsync(
        LedgerSnapshot word,
        List<ToolTotals> told,
        IReadOnlySet<string> wrong,
        Kept kept,
        CancellationToken cancellationToken
    )
    {
        var contradicting = kept.Counters.Totals.Where(word.IsContradictedBy).Select(state => state.Tool).ToHashSet();
        var replaced = wrong.Contains(Contradictions.Epoch)
            ? told
            : told.FindAll(state => wrong.Contains(state.Tool) && contradicting.Contains(state.Tool));
        if (replaced.Count > 0)
            await _counters.OverruleAsync(word.Epoch, replaced, cancellationToken);
        if (!wrong.Contains(Contradictions.History))
            return;
        _historyReset = _timeProvider.GetTimestamp();
        await _counters.ResetHistoryAsync(word.Epoch, [.. told.Select(state => state.Tool)], cancellationToken);
        _history.Wake();
        _metrics.Overruled(1);
        LogHistoryOverruled();
    }

    private void Show(LedgerSnapshot? word, List<ToolTotals> told, IReadOnlySet<string> wrong, IReadOnlyList<Standing> shown)
    {
        if (word is not null)
        {
            var replaced = shown
                .Where(standing => wrong.Contains(standing.Tally.Tool) && word.IsContradictedBy(standing.Totals))
                .ToDictionary(standing => standing.Tally.Tool);
            foreach (var state in told)
                if (replaced.TryGetValue(state.Tool, out var seen))
                    _board.Overrule(seen, state);
            if (told.FindAll(state => wrong.Contains(state.Tool)) is [var first, ..] overruled)
            {
                _metrics.Overruled(overruled.Count);
                LogOverruled(overruled.Count, first.Tool, first.Epoch, first.Version);
            }
        }

        _board.Apply(told);
    }

    private static long VersionOf(Board.Line? line, long epoch) =>
        line?.Newest is { } standing && standing.Totals.Epoch == epoch ? standing.Version : 0;

    private void Away(CountersUnavailableException error)
    {
        if (_outage.Fails())
            LogAway(error.InnerException!.Message);
    }

    private void Wake() => _wake.Set();

    private sealed record Kept(KeptCounters Counters, KeptHistory History);

    [LoggerMessage(4012, LogLevel.Warning, "The counters are unavailable ({Reason}); readers get what this replica knows")]
    private partial void LogAway(string reason);

    [LoggerMessage(4013, LogLevel.Information, "The counters are back")]
    private partial void LogBack();

    [LoggerMessage(4014, LogLevel.Information, "Rebuilt or corrected {Count} counters")]
    private partial void LogMended(int count);

    [LoggerMessage(
        4015,
        LogLevel.Error,
        "{Count} counters contradicted the ledger twice in a row and were replaced by it; the first is {Tool}, which the ledger has "
            + "in epoch {Epoch} at version {Version}"
    )]
    private partial void LogOverruled(int count, string tool, long epoch, long version);

    [LoggerMessage(4016, LogLevel.Error, "The history contradicted the ledger twice in a row; it is counted again")]
    private partial void LogHistoryOverruled();
}
