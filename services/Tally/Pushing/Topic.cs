using System.Buffers;
using System.Diagnostics;
using Hosting.Observability;
using Tally.State;

namespace Tally.Pushing;

/// <summary>
/// Journey 7: Every replica pushes the newest state.
/// The readers of one tool, and when they are next told of it: the first change at once, then at most one push per interval, the last of
/// which always carries the newest state. Runs on the thread pool, so that neither the bus nor Redis waits for readers.
/// </summary>
internal sealed class Topic : IThreadPoolWorkItem
{
    // Readers told before others get their turn. Each write holds a buffer of 4 KB until the socket has it, and the shared pool keeps few
    // of them: when all readers were told first and only then the sockets came, most buffers were allocated again at each push.
    private const int Portion = 32;

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
        _timer = pushes.Time.CreateTimer(
            static topic => ((Topic)topic!).Execute(),
            this,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan
        );
    }

    public Standing Newest => _line.Newest;

    public void Join(Watch watch)
    {
        lock (_gate)
        {
            watch.Index = _watches.Count;
            _watches.Add(watch);
        }
    }

    public void Leave(Watch watch)
    {
        lock (_gate)
        {
            if (watch.Index < 0)
                return;
            var last = _watches[^1];
            _watches[watch.Index] = last;
            last.Index = watch.Index;
            _watches.RemoveAt(_watches.Count - 1);
            watch.Index = -1;
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

    /// <summary>Begins to tell the readers how the tool stands now.</summary>
    public void Execute()
    {
        Run run;
        lock (_gate)
        {
            run = new Run(this, Newest, _watches, _changes, _traces);
            _traces = null;
            _lastRun = _pushes.Time.GetTimestamp();
            _ran = true;
        }

        run.Start();
    }

    private void Ended(Run run)
    {
        if (run.Sent > 0)
            _pushes.Metrics.Pushed(run.Sent, run.Standing);
        lock (_gate)
        {
            _scheduled = _changes != run.Changes;
            if (_scheduled)
                Schedule();
        }
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

    // One state for all readers of this push, so that its bytes are made once even while the tool moves on. As many threads as there are
    // processors take portions of the readers in turn, each of them queued again behind whatever else there is to do.
    private sealed class Run : IThreadPoolWorkItem
    {
        private readonly Topic _topic;
        private readonly Watch[] _readers;
        private readonly int _count;
        private readonly Activity? _span;
        private int _next,
            _left,
            _sent;

        public Run(Topic topic, Standing standing, List<Watch> watches, long changes, List<ActivityContext>? traces)
        {
            (_topic, Standing, Changes, _count) = (topic, standing, changes, watches.Count);
            _left = (_count + Portion - 1) / Portion;
            _readers = ArrayPool<Watch>.Shared.Rent(Math.Max(1, _count));
            watches.CopyTo(_readers);
            _span = traces is null ? null : TallyTrace.Source.Continue("push tally", ActivityKind.Producer, traces);
        }

        public Standing Standing { get; }
        public long Changes { get; }
        public int Sent => _sent;

        public void Start()
        {
            if (_left == 0)
                End();
            for (var helper = Math.Min(_left, Environment.ProcessorCount); helper > 1; helper--)
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            Execute();
        }

        public void Execute()
        {
            var from = Interlocked.Add(ref _next, Portion) - Portion;
            if (from >= _count)
                return;
            var sent = 0;
            foreach (var watch in _readers.AsSpan(from, Math.Min(Portion, _count - from)))
                if (watch.Reader.Offer(watch, Standing))
                    sent++;
            Interlocked.Add(ref _sent, sent);
            if (Interlocked.Decrement(ref _left) == 0)
                End();
            else
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        private void End()
        {
            _span?.SetTag("tally.tool", Standing.Tally.Tool).SetTag("tally.version", Standing.Version).SetTag("tally.readers", _sent);
            _span?.Dispose();
            ArrayPool<Watch>.Shared.Return(_readers, clearArray: true);
            _topic.Ended(this);
        }
    }
}
