using System.Collections.Concurrent;

namespace Tally;

/// <summary>The open event streams, and the one timer that keeps all of them alive.</summary>
internal sealed class Streams(Pushes pushes, TallySettings settings, TallyMetrics metrics, TimeProvider time, IHostApplicationLifetime lifetime) : BackgroundService
{
    private readonly ConcurrentDictionary<StreamReader, byte> _open = new();

    public void Add(StreamReader reader)
    {
        _open.TryAdd(reader, 0);
        pushes.Add(reader);
        metrics.Streaming(1);
        // Whoever comes after the streams were ended would else keep the process from stopping.
        if (lifetime.ApplicationStopping.IsCancellationRequested)
            reader.End();
    }

    public void Remove(StreamReader reader)
    {
        if (!_open.TryRemove(reader, out _))
            return;
        pushes.Remove(reader);
        metrics.Streaming(-1);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var beat = new PeriodicTimer(settings.Heartbeat, time);
        while (await beat.WaitForNextTickAsync(stoppingToken))
            foreach (var (reader, _) in _open)
                reader.Heartbeat();
    }
}
