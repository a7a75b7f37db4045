using Tally.Pushing.Connections;

namespace Tally.Pushing.Streams;

/// <summary>Those who read event streams.</summary>
internal sealed class OpenStreams(Pushes pushes, KeepAlive beats, TallyMetrics metrics, IHostApplicationLifetime lifetime)
{
    public Pushes Pushes => pushes;

    /// <summary>From here on heartbeats and changes are written.</summary>
    /// <returns>The place to give back to <see cref="Remove"/>.</returns>
    public int Add(StreamReader reader)
    {
        pushes.Add(reader);
        metrics.Streaming(1);
        // A reader who arrives after the streams were ended would otherwise keep the process from stopping.
        if (lifetime.ApplicationStopping.IsCancellationRequested)
            reader.End();
        return beats.Add(reader);
    }

    public void Remove(StreamReader reader, int place)
    {
        beats.Remove(reader, place);
        pushes.Remove(reader);
        metrics.Streaming(-1);
    }
}
