using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace Tally.Tests;

/// <summary>
/// What one service process measures from now on. Its /metrics would show every process that runs inside the tests at once.
/// </summary>
public sealed class Measured : IDisposable
{
    private readonly ConcurrentDictionary<string, long> _sums = new();
    private readonly MeterListener _listener = new();

    public Measured(TallyProcess tally)
    {
        var own = tally.App.Services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Tally" && ReferenceEquals(instrument.Meter.Scope, own))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<int>((instrument, change, _, _) => Add(instrument, change));
        _listener.SetMeasurementEventCallback<long>((instrument, change, _, _) => Add(instrument, change));
        _listener.Start();
    }

    public long this[string instrument] => _sums.GetValueOrDefault(instrument);

    public override string ToString() => string.Join(", ", _sums.OrderBy(sum => sum.Key).Select(sum => $"{sum.Key} {sum.Value}"));

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, long change) => _sums.AddOrUpdate(instrument.Name, change, (_, sum) => sum + change);
}
