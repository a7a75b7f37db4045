using System.Buffers;
using System.Diagnostics;
using Hosting;

namespace Tally;

/// <summary>
/// The readers of one tool, and when they are next told of it: the first change at once, then at most one push per interval, the last of
/// which always carries the newest state. Runs on the thread pool, so that neither the bus nor Redis waits for readers.
/// </summary>
internal sealed class Topic : IThreadPoolWorkItem
{
    private readonly Board.Line _line;
    private readonly Pushes _pushes;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private readonly List<Watch> _watches = [];
    private List<ActivityContext>? _traces;
    private long _changes;
    private long _lastRun;
    private bool _ran;
    private bool _scheduled;

    public Topic(Board.Line line, Pushes pushes)
    {
        _line = line;
        _pushes = pushes;
        _timer = pushes.Time.CreateTimer(static topic => ((Topic)topic!).Execute(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public Standing Newest => _line.Newest;

    public void Join(Watch watch)
    {
        lock (_gate)
        {
            watch.Place = _watches.Count;
            _watches.Add(watch);
        }
    }

    public void Leave(Watch watch)
    {
        lock (_gate)
        {
            if (watch.Place < 0)
                return;
            var last = _watches[^1];
            _watches[watch.Place] = last;
            last.Place = watch.Place;
            _watches.RemoveAt(_watches.Count - 1);
            watch.Place = -1;
        }
    }

    /// <summary>The tool moved; never blocks, whatever the readers do.</summary>
    public void Changed()
    {
        lock (_gate)
        {
            _changes++;
            if (_scheduled)
            {
                Remember();
                _pushes.Metrics.Coalesced();
                return;
            }

            if (_watches.Count == 0)
                return;
            Remember();
            _scheduled = true;
            Schedule();
        }
    }

    public void Execute()
    {
        Watch[] readers;
        int count;
        long seen;
        List<ActivityContext>? traces;
        lock (_gate)
        {
            seen = _changes;
            _lastRun = _pushes.Time.GetTimestamp();
            _ran = true;
            (traces, _traces) = (_traces, null);
            count = _watches.Count;
            readers = ArrayPool<Watch>.Shared.Rent(Math.Max(1, count));
            _watches.CopyTo(readers);
        }

        Push(readers.AsSpan(0, count), traces);
        ArrayPool<Watch>.Shared.Return(readers, clearArray: true);

        lock (_gate)
        {
            _scheduled = _changes != seen;
            if (_scheduled)
                Schedule();
        }
    }

    // One state for all readers of this push, so that its bytes are made once even while the tool moves on.
    private void Push(ReadOnlySpan<Watch> readers, List<ActivityContext>? traces)
    {
        var standing = Newest;
        using var span = traces is null ? null : TallyTrace.Source.Continue("push tally", ActivityKind.Producer, traces);
        var sent = 0;
        foreach (var watch in readers)
            if (watch.Reader.Offer(watch, standing))
                sent++;
        span?.SetTag("tally.tool", standing.Tally.Tool).SetTag("tally.version", standing.Version).SetTag("tally.readers", sent);
        if (sent > 0)
            _pushes.Metrics.Pushed(sent, standing);
    }

    // Whose votes the next push shows; the thread that brought the change is still within its trace.
    private void Remember()
    {
        if (TallyTrace.Source.Here() is var trace && trace != default && (_traces ??= []).Count < Traces.Most)
            _traces.Add(trace);
    }

    private void Schedule()
    {
        var wait = _ran ? _pushes.Interval - _pushes.Time.GetElapsedTime(_lastRun) : TimeSpan.Zero;
        // A timer rounds down to milliseconds; the extra one keeps the promised rate.
        if (wait > TimeSpan.Zero)
            _timer.Change(wait + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
        else
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }
}
