using System.Diagnostics;
using Contracts;
using Hosting;
using MassTransit;
using Voting.Ledger;

namespace Voting.Relay;

/// <summary>
/// Journey, step 5. What is published is state, not history: the newest totals of every tool that moved since the last publish, one message
/// a drain. The committing loop hands its totals over directly; a sweep reads what another replica's crash or an outage left unpublished.
/// However long an outage lasts, what waits is one line per tool.
/// </summary>
public sealed class TotalsRelay(VoteLedger ledger, IBus bus, VotingMetrics metrics, [FromKeyedServices("Ledger")] Hosting.Schema schema, ILogger<TotalsRelay> log) : BackgroundService
{
    // A message of a thousand totals is about 100 kB; more would hold up whoever reads it.
    private const int MaxTotals = 1000;
    private static readonly TimeSpan PublishTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestRest = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan MarkEvery = TimeSpan.FromSeconds(1);
    private const int SweepEveryMarks = 2;

    // Longer than a confirmed total waits for its mark.
    private static readonly TimeSpan Standing = 2 * MarkEvery;

    private readonly Dictionary<string, ToolTotals> _waiting = [];
    private readonly Dictionary<string, ToolTotals> _confirmed = [];

    // The traces of the batches whose totals wait. What a crash left and the sweep finds has none: storing them would cost every batch a column in each row,
    // to follow a vote through the one event that the log tells better. Their publish begins a trace of its own, MassTransit's.
    private readonly List<ActivityContext> _traces = [];
    private readonly SemaphoreSlim _wake = new(0, 1);

    /// <summary>Called after COMMIT: these totals want to be published. Never blocks.</summary>
    public void Moved(IReadOnlyList<ToolTotals> totals) => Moved(totals, VotingTrace.Source.Here() is var trace && trace == default ? [] : [trace]);

    private void Moved(IReadOnlyList<ToolTotals> totals, IReadOnlyList<ActivityContext> traces)
    {
        if (totals.Count == 0)
            return;
        lock (_waiting)
        {
            Keep(_waiting, totals);
            _traces.AddRange(traces.Take(Traces.Most - _traces.Count));
            if (_wake.CurrentCount == 0)
                _wake.Release();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        metrics.RelayAge = OldestAge;
        await Task.WhenAll(PublishAsync(stoppingToken), SweepAsync(stoppingToken));
    }

    public override void Dispose()
    {
        _wake.Dispose();
        base.Dispose();
    }

    private async Task PublishAsync(CancellationToken stop)
    {
        var failing = false;
        while (true)
        {
            await _wake.WaitAsync(stop);
            while (Take() is ({ Count: > 0 } totals, var traces))
            {
                try
                {
                    var started = Stopwatch.GetTimestamp();
                    await PublishOnceAsync(totals, traces, stop);
                    metrics.Published(totals.Count);
                    if (failing)
                        VotingLog.PublishRecovered(log);
                    failing = false;
                    lock (_confirmed)
                        Keep(_confirmed, totals);
                    // A message costs what it costs, however many totals it carries. So it rests twice as long as the last one took, and the next gathers: a lone vote never waits, and
                    // a machine that is busy sends fewer and larger messages by itself. A fixed pace was slower when idle or costlier when busy; a longest rest of 50 ms made what
                    // came after one slow message late.
                    var rest = 2 * Stopwatch.GetElapsedTime(started);
                    await Task.Delay(rest < LongestRest ? rest : LongestRest, stop);
                }
                catch (Exception error) when (!stop.IsCancellationRequested)
                {
                    Moved(totals, traces);
                    if (!failing)
                        VotingLog.PublishFailed(log, totals.Count, error is OperationCanceledException ? $"the broker did not confirm within {PublishTimeout.TotalSeconds} s" : error.Message);
                    failing = true;
                    await Task.Delay(TimeSpan.FromMilliseconds(250), stop);
                }
            }
        }
    }

    private async Task PublishOnceAsync(List<ToolTotals> totals, List<ActivityContext> traces, CancellationToken stop)
    {
        // A time-out always: a broker that froze would else hold the relay for ever. What was cancelled may still arrive; doubles do no harm.
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(stop);
        timeout.CancelAfter(PublishTimeout);
        // The bus carries the span's context along in the message's headers.
        using var span = VotingTrace.Source.Continue("relay totals", ActivityKind.Internal, traces);
        span?.SetTag("voting.totals", totals.Count);
        await bus.Publish(new TotalsMoved { Totals = totals }, Hosting.Bus.Mandatory, timeout.Token);
    }

    private async Task SweepAsync(CancellationToken stop)
    {
        await schema.Applied.WaitAsync(stop);
        using var timer = new PeriodicTimer(MarkEvery);
        var failing = false;
        for (var tick = 0; ; tick++)
        {
            try
            {
                await MarkAsync(stop);
                // Only what has stood for a while: fresh totals are on their way already from the replica that committed them.
                if (tick % SweepEveryMarks == 0)
                    Moved(await ledger.UnpublishedAsync(Standing, MaxTotals, stop));
                failing = false;
            }
            catch (Exception error) when (!stop.IsCancellationRequested)
            {
                if (!failing)
                    VotingLog.SweepFailed(log, error.Message);
                failing = true;
            }

            await timer.WaitForNextTickAsync(stop);
        }
    }

    // Once a second, not once a message: a mark that a crash loses costs one more publish of the same state.
    private async Task MarkAsync(CancellationToken stop)
    {
        List<ToolTotals> confirmed;
        lock (_confirmed)
        {
            confirmed = [.. _confirmed.Values];
            _confirmed.Clear();
        }

        if (confirmed.Count == 0)
            return;
        try
        {
            await ledger.MarkPublishedAsync(confirmed, stop);
        }
        catch
        {
            lock (_confirmed)
                Keep(_confirmed, confirmed);
            throw;
        }
    }

    private static void Keep(Dictionary<string, ToolTotals> newest, IReadOnlyList<ToolTotals> totals)
    {
        foreach (var total in totals)
        {
            if (!newest.TryGetValue(total.Tool, out var older) || older.Version < total.Version)
                newest[total.Tool] = total;
        }
    }

    private (List<ToolTotals> Totals, List<ActivityContext> Traces) Take()
    {
        lock (_waiting)
        {
            var taken = _waiting.Values.Take(MaxTotals).ToList();
            taken.ForEach(total => _waiting.Remove(total.Tool));
            List<ActivityContext> traces = [.. _traces];
            _traces.Clear();
            return (taken, traces);
        }
    }

    private double OldestAge()
    {
        lock (_waiting)
            return _waiting.Count == 0 ? 0 : (DateTimeOffset.UtcNow - _waiting.Values.Min(total => total.At)).TotalSeconds;
    }
}
