using System.Collections.Concurrent;
using Tally.State;

namespace Tally.Pushing;

/// <summary>Brings what moves on the board to the readers who watch it.</summary>
internal sealed class Pushes
{
    // Long enough that a crowd does not storm back in one moment, and short beside the ten seconds in which every page has to be right.
    private static readonly TimeSpan DismissedWithin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ForGoodbye = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, Topic> _topics = new();
    private readonly ConcurrentDictionary<Reader, byte> _readers = new();
    private readonly Board _board;
    private volatile TaskCompletionSource? _drain;

    public Pushes(Board board, TallySettings settings, TallyMetrics metrics, TimeProvider timeProvider)
    {
        _board = board;
        Interval = settings.PushInterval;
        StuckAfter = settings.StuckAfter;
        // Looked at twice in the interval, nobody is left without a word for longer than 1.3 of it.
        Silence = settings.Heartbeat * 0.8;
        Metrics = metrics;
        Time = timeProvider;
        board.Moved += line =>
        {
            if (_topics.TryGetValue(line.Newest.Tally.Tool, out var topic))
                topic.Changed();
        };
    }

    public TimeSpan Interval { get; }
    public TimeSpan StuckAfter { get; }

    /// <summary>For how long nothing was written when a sign of life is due.</summary>
    public TimeSpan Silence { get; }
    public TallyMetrics Metrics { get; }
    public TimeProvider Time { get; }
    public ICollection<Reader> Readers => _readers.Keys;

    public int Count => _readers.Count;

    public void Add(Reader reader) => _readers.TryAdd(reader, 0);

    public void Remove(Reader reader)
    {
        _readers.TryRemove(reader, out _);
        if (_drain is { } drain && _readers.IsEmpty)
            drain.TrySetResult();
    }

    /// <summary>The readers are being asked to connect again; one that is added now has to be asked by its caller.</summary>
    public bool IsDraining => _drain is not null;

    /// <returns>A task that ends when the last reader has left.</returns>
    public Task BeginDrain() => (_drain ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Asks the reader within a second to connect again, and cuts it if it stays.</summary>
    public void Dismiss(Reader reader) => _ = DismissAsync(reader);

    private async Task DismissAsync(Reader reader)
    {
        await Task.Delay(DismissedWithin * Random.Shared.NextDouble(), Time);
        // Not awaited: one that doesn't read is cut all the same.
        _ = reader.GoodbyeAsync().AsTask();
        await Task.Delay(ForGoodbye, Time);
        reader.CutIfOpen();
    }

    /// <summary>The topic of a known tool, else null. Made at the first watch and kept: known tools bound how many there are.</summary>
    public Topic? Find(string tool) =>
        _topics.TryGetValue(tool, out var topic) ? topic
        : _board.Find(tool) is { } line
            ? _topics.GetOrAdd(tool, static (_, made) => new Topic(made.line, made.pushes), (line, pushes: this))
        : null;
}
