using System.Diagnostics.Metrics;
using Contracts;
using Tally.State;

namespace Tally;

/// <summary>What an operator sees of this service at <c>/metrics</c>. No label names a tool or a reader.</summary>
internal sealed class TallyMetrics : IHostedService
{
    private readonly UpDownCounter<int> _connections;
    private readonly UpDownCounter<int> _streams;
    private readonly UpDownCounter<int> _watches;
    private readonly Counter<long> _pushes;
    private readonly Counter<long> _coalesced;
    private readonly Counter<long> _stuck;
    private readonly Counter<long> _moved;
    private readonly Counter<long> _corrected;
    private readonly Counter<long> _overruled;
    private readonly Gauge<long> _gap;
    private readonly Histogram<double> _lag;
    private readonly TimeProvider _timeProvider;

    public TallyMetrics(IMeterFactory meters, TimeProvider timeProvider)
    {
        _timeProvider = timeProvider;
        var meter = meters.Create("Tally");
        _connections = meter.CreateUpDownCounter<int>("tally.hub.connections", "{connection}", "Readers connected to the hub");
        _streams = meter.CreateUpDownCounter<int>("tally.streams", "{connection}", "Readers of server-sent events");
        _watches = meter.CreateUpDownCounter<int>("tally.watches", "{watch}", "Tools watched, over all readers");
        _pushes = meter.CreateCounter<long>("tally.pushes", "{push}", "States written to readers");
        _coalesced = meter.CreateCounter<long>("tally.pushes.coalesced", "{state}", "States that a newer one made needless to push");
        _stuck = meter.CreateCounter<long>("tally.readers.stuck", "{reader}", "Readers cut because they didn't read");
        _moved = meter.CreateCounter<long>("tally.counters.moved", "{counter}", "Counters moved by messages");
        _corrected = meter.CreateCounter<long>("tally.counters.corrected", "{counter}", "Counters that a reconcile had to mend");
        _overruled = meter.CreateCounter<long>(
            "tally.counters.overruled",
            "{counter}",
            "Counters and histories that contradicted the ledger and were replaced by it"
        );
        // There from the start: the first increase has to show as one.
        _overruled.Add(0);
        _gap = meter.CreateGauge<long>(
            "tally.ledger.gap",
            "{entry}",
            "Ledger entries this replica did not show yet when it last asked the ledger, before it mended that"
        );
        _lag = meter.CreateHistogram(
            "tally.push.lag",
            "s",
            "From the ledger's commit to the push",
            advice: new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
            }
        );
    }

    /// <summary>
    /// From here on every counter is there, at zero: one that came with its first event would hide that event from a rate.
    /// </summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var counter in (Counter<long>[])[_pushes, _coalesced, _stuck, _moved, _corrected])
            counter.Add(0);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Connected(int change) => _connections.Add(change);

    public void Streaming(int change) => _streams.Add(change);

    public void Watching(int change) => _watches.Add(change);

    public void Coalesced() => _coalesced.Add(1);

    public void Stuck() => _stuck.Add(1);

    public void Moved(int counters) => _moved.Add(counters);

    public void Corrected(int counters) => _corrected.Add(counters);

    public void Overruled(int counters) => _overruled.Add(counters);

    public void Behind(long entries) => _gap.Record(entries);

    public void Pushed(int readers, Standing standing)
    {
        _pushes.Add(readers);
        // What the ledger was asked for bears a time cut to the minute, which says nothing of a delay of milliseconds.
        if (standing.Totals.At != default && standing.Totals.At != PublicTime.Of(standing.Totals.At))
            _lag.Record(Math.Max(0, (_timeProvider.GetUtcNow() - standing.Totals.At).TotalSeconds));
    }
}
