using System.Collections.Concurrent;

namespace Tally;

/// <summary>The open event streams.</summary>
internal sealed class Streams(Pushes pushes, Heartbeats beats, TallyMetrics metrics, IHostApplicationLifetime lifetime)
{
    private readonly ConcurrentDictionary<StreamReader, int> _open = new();

    public void Add(StreamReader reader)
    {
        _open.TryAdd(reader, beats.Add(reader));
        pushes.Add(reader);
        metrics.Streaming(1);
        // Whoever comes after the streams were ended would else keep the process from stopping.
        if (lifetime.ApplicationStopping.IsCancellationRequested)
            reader.End();
    }

    public void Remove(StreamReader reader)
    {
        if (!_open.TryRemove(reader, out var place))
            return;
        beats.Remove(reader, place);
        pushes.Remove(reader);
        metrics.Streaming(-1);
    }
}
