using Contracts;
using Hosting;
using MassTransit;

namespace Tally;

/// <summary>
/// Makes the counters and this replica's board agree with the ledger: at start, when the store is back after it was away, and every few
/// seconds. So nothing depends on every message arriving, neither on the bus nor between replicas, and a store that was emptied is filled
/// again. Every replica does this; all of it is compare-version, so it can't do harm at the same time as another or as a message.
/// </summary>
internal sealed partial class Reconciler : BackgroundService
{
    private readonly ICounters _counters;
    private readonly Board _board;
    private readonly HistoryFollower _history;
    private readonly IHttpClientFactory _clients;
    private readonly IBusControl _bus;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly TallySettings _settings;
    private readonly TallyMetrics _metrics;
    private readonly ILogger<Reconciler> _logger;
    private readonly Source _voting;
    private readonly Source _catalog;
    private readonly SemaphoreSlim _wake = new(0, 1);
    private bool _away;

    public Reconciler(
        ICounters counters, Board board, HistoryFollower history, IHttpClientFactory clients, IBusControl bus, IHostApplicationLifetime lifetime,
        TallySettings settings, TallyMetrics metrics, ILogger<Reconciler> logger)
    {
        (_counters, _board, _history, _clients, _bus, _lifetime) = (counters, board, history, clients, bus, lifetime);
        (_settings, _metrics, _logger) = (settings, metrics, logger);
        _voting = new Source("Voting", logger);
        _catalog = new Source("Catalog", logger);
        counters.Moved += totals => board.Apply(totals);
        counters.Returned += Wake;
    }

    public override void Dispose()
    {
        _counters.Returned -= Wake;
        _wake.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await _lifetime.StartedAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            var complete = await ReconcileAsync(stoppingToken);
            // What failed is tried again sooner: the promise counts from a fault's end, not from the next round. And without the bus nobody else
            // brings the votes. MassTransit waits up to half a minute between its attempts to reconnect, so that may outlast the broker's own absence.
            var pause = complete && _bus.CheckHealth().Status is BusHealthStatus.Healthy ? _settings.Reconcile : TimeSpan.FromSeconds(Math.Min(1, _settings.Reconcile.TotalSeconds));
            await _wake.WaitAsync(pause, stoppingToken);
        }
    }

    private async Task<bool> ReconcileAsync(CancellationToken cancellation)
    {
        var asked = (
            Totals: _voting.AskAsync(_clients.CreateClient("Voting"), "api/ledger/totals", Source.ReadTotalsAsync, cancellation),
            Tools: _catalog.AskAsync(_clients.CreateClient("Catalog"), "api/catalog/tools", Source.ReadToolsAsync, cancellation));
        var (totals, tools) = (await asked.Totals, await asked.Tools);
        IReadOnlyList<ToolTotals> told = [.. totals ?? [], .. tools ?? []];

        if (totals is not null && _board.Filled.IsCompleted)
            _metrics.Behind(totals.Sum(state => Math.Max(0, state.Version - (_board.Find(state.Tool)?.Newest.Version ?? 0))));
        var reached = false;
        try
        {
            await MendAsync(told, cancellation);
            reached = true;
            if (_away)
                LogBack();
            _away = false;
            _board.Confirm(countersAway: false);
        }
        catch (CountersAwayException error)
        {
            if (!_away)
                LogAway(error.InnerException!.Message);
            _away = true;
            // Readers get the ledger's own numbers meanwhile, later than usual but right.
            _board.Apply(told);
            if (totals is not null)
                _board.Confirm(countersAway: true);
            else
                _board.MarkStale();
        }

        if (tools is not null || _board.Count > 0)
            _board.MarkFilled();
        return reached && totals is not null && tools is not null;
    }

    // What any of ledger, catalog and this board knows better than the counters is written to them; then the board takes what they have.
    private async Task MendAsync(IReadOnlyList<ToolTotals> told, CancellationToken cancellation)
    {
        var kept = (await _counters.ReadAllAsync(cancellation)).ToDictionary(state => state.Tool);
        var first = !_board.Filled.IsCompleted;
        Dictionary<string, ToolTotals> better = [];
        // The board goes first: at the same version it may know the time, which the ledger's totals need not say.
        foreach (var state in _board.All.Select(standing => standing.Totals).Concat(told))
            if (Newer.Than(kept.GetValueOrDefault(state.Tool), state) && Newer.Than(better.GetValueOrDefault(state.Tool), state))
                better[state.Tool] = state;

        if (better.Count > 0)
        {
            var mended = await _counters.TakeAsync(better.Values, cancellation);
            if (!first)
                _metrics.Corrected(mended);
            if (mended > 0)
                LogMended(mended);
            _history.Wake();
        }

        _board.Apply(kept.Values);
        _board.Apply(better.Values);
    }

    private void Wake()
    {
        try
        {
            _wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is awake already.
        }
    }

    [LoggerMessage(4012, LogLevel.Warning, "The counters are away ({Reason}); readers get what this replica knows")]
    private partial void LogAway(string reason);

    [LoggerMessage(4013, LogLevel.Information, "The counters are back")]
    private partial void LogBack();

    [LoggerMessage(4014, LogLevel.Information, "{Count} counters were made again or mended")]
    private partial void LogMended(int count);
}
