using Tally.Pushing.Connections;
using Tally.State;

namespace Tally.Pushing;

/// <summary>
/// One open connection, over the hub or as server-sent events, and what it was last given of each tool it watches.
/// <para>
/// Forward only: a write happens only for a version above the last one given or for a newer epoch, and one at a time. When the last one
/// given turns out to contradict the ledger,
/// the reader is asked to connect again and begins with a snapshot: a lower version on the same connection would break the promise for
/// every client. Nothing missed: a change that finds the reader
/// busy leaves a mark at the watch, and the end of the write looks for marks. There is no queue: a slow reader holds at most one mark per
/// tool, and gets the newest state when it is free.
/// </para>
/// </summary>
internal abstract class Reader(Pushes pushes)
{
    /// <summary>The most tools one connection may watch.</summary>
    public const int MostTools = Contracts.Limits.ToolsAtOnce;

    private readonly Lock _gate = new();
    private readonly List<Watch> _watches = [];
    private TaskCompletionSource? _quiet;
    private Queue<TaskCompletionSource>? _turns;
    private bool _writing,
        _closed,
        _dismissed;
    private long _wrote;

    protected TimeProvider Time => pushes.Time;

    /// <summary>Hands the state to the transport; the task ends when there is room for the next. Fails only through the task.</summary>
    protected abstract ValueTask WriteAsync(Standing standing);

    /// <summary>Cuts the connection: it doesn't read.</summary>
    protected abstract void Abort();

    /// <summary>Ends the connection in good order and lets the reader connect again.</summary>
    public abstract ValueTask GoodbyeAsync();

    /// <summary>It was given what the ledger has overruled, gets nothing more, and is about to be asked to connect again.</summary>
    public bool IsDismissed
    {
        get
        {
            lock (_gate)
                return _dismissed;
        }
    }

    /// <summary>Cuts the connection unless it has ended.</summary>
    public void CutIfOpen()
    {
        lock (_gate)
            if (_closed)
                return;
        Abort();
    }

    /// <summary>
    /// Writes a sign of life, unless something was written lately or is being written now. For those in <see cref="KeepAlive"/>.
    /// </summary>
    public virtual void Beat()
    {
        if (Time.GetElapsedTime(Volatile.Read(ref _wrote)) >= pushes.Silence)
            WriteBetween(WriteSignAsync);
    }

    /// <summary>What the transport says when there is nothing to say.</summary>
    protected virtual ValueTask WriteSignAsync() => ValueTask.CompletedTask;

    /// <summary>
    /// Begins to watch these tools and answers how they stand; unknown ones are left out, and null is answered when there would be more
    /// than
    /// <see cref="MostTools"/>, or when the reader <see cref="IsDismissed"/>. Nothing more is written of them until <see cref="Activate"/>,
    /// which the caller does once the answer is written.
    /// A tool watched before is held back too: else a push could overtake the older state in the answer.
    /// </summary>
    public async Task<IReadOnlyList<Standing>?> PrepareAsync(IReadOnlyCollection<string> tools)
    {
        List<Watch> prepared = [];
        Task quiet;
        lock (_gate)
        {
            List<Topic> added = [];
            foreach (var tool in tools)
            {
                if (pushes.Find(tool) is not { } topic)
                    continue;
                if (_watches.Find(watch => watch.Topic == topic) is { } known)
                    prepared.Add(known);
                else
                    added.Add(topic);
            }

            if (_watches.Count + added.Count > MostTools)
                return null;
            foreach (var topic in added)
            {
                var watch = new Watch(this, topic);
                prepared.Add(watch);
                if (_closed)
                    continue;
                _watches.Add(watch);
                topic.Join(watch);
            }

            foreach (var watch in prepared)
                (watch.Active, watch.Pending) = (false, false);
            quiet = WhenQuiet();
            pushes.Metrics.Watching(_closed ? 0 : added.Count);
        }

        // What is on its way was on the board before, so the states taken after it can't be older.
        await quiet;
        List<Standing> standings = [];
        var order = prepared.ToDictionary(watch => watch.Topic.Newest.Tally.Tool);
        foreach (var tool in tools)
        {
            if (!order.TryGetValue(tool, out var watch))
                continue;
            var standing = watch.Topic.Newest;
            lock (_gate)
            {
                if (_dismissed || Dismisses(watch, standing))
                    return null;
                watch.Sent = standing;
            }

            standings.Add(standing);
        }

        return standings;
    }

    /// <summary>The answer is written: from here on changes are, beginning with what moved since.</summary>
    public void Activate()
    {
        lock (_gate)
        {
            foreach (var watch in _watches)
            {
                if (watch.Active)
                    continue;
                watch.Active = true;
                watch.Pending = watch.Topic.Newest != watch.Sent;
            }

            if (_writing || _closed)
                return;
            _writing = true;
        }

        _ = PumpAsync(Next());
    }

    public void Unwatch(IReadOnlyCollection<string> tools)
    {
        lock (_gate)
        {
            var removed = _watches.RemoveAll(watch =>
            {
                if (!tools.Contains(watch.Topic.Newest.Tally.Tool))
                    return false;
                watch.Topic.Leave(watch);
                watch.Active = false;
                return true;
            });
            pushes.Metrics.Watching(-removed);
        }
    }

    /// <summary>A state that the watch's tool has reached; returns at once, written or not.</summary>
    /// <returns>True when it is being written now.</returns>
    public bool Offer(Watch watch, Standing standing)
    {
        lock (_gate)
        {
            if (_closed || _dismissed || !watch.Active || Dismisses(watch, standing) || !standing.Follows(watch.Sent))
                return false;
            if (_writing)
            {
                watch.Pending = true;
                pushes.Metrics.Coalesced();
                return false;
            }

            _writing = true;
            watch.Sent = standing;
        }

        _ = PumpAsync(standing);
        return true;
    }

    /// <summary>Forgets the reader; nothing is written after the write under way, whose end the task awaits.</summary>
    public Task CloseAsync()
    {
        lock (_gate)
        {
            if (!_closed)
            {
                _closed = true;
                foreach (var watch in _watches)
                    watch.Topic.Leave(watch);
                pushes.Metrics.Watching(-_watches.Count);
                _watches.Clear();
            }

            return WhenQuiet();
        }
    }

    /// <summary>Writes something that is no state, such as a heartbeat, unless the reader is busy.</summary>
    protected void WriteBetween(Func<ValueTask> write)
    {
        lock (_gate)
        {
            if (_writing || _closed)
                return;
            _writing = true;
        }

        _ = BetweenAsync();

        async Task BetweenAsync()
        {
            await FinishAsync(write());
            await PumpAsync(Next());
        }
    }

    /// <summary>
    /// Writes something that is no state and must not be left out, such as an answer, as soon as the write under way has ended. The task
    /// ends when it is written.
    /// </summary>
    protected async Task WriteInTurnAsync(Func<ValueTask> write)
    {
        TaskCompletionSource? turn = null;
        lock (_gate)
        {
            if (_writing)
                (_turns ??= []).Enqueue(turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            _writing = true;
        }

        if (turn is not null)
            await turn.Task;
        await FinishAsync(write());
        _ = PumpAsync(Next());
    }

    // Called by the method that set _writing; ends only when it is unset or handed on.
    private async Task PumpAsync(Standing? standing)
    {
        while (standing is not null)
        {
            await FinishAsync(WriteAsync(standing));
            standing = Next();
        }
    }

    private async ValueTask FinishAsync(ValueTask write)
    {
        Volatile.Write(ref _wrote, Time.GetTimestamp());
        if (write.IsCompletedSuccessfully)
            return;
        var task = write.AsTask();
        try
        {
            await task.WaitAsync(pushes.StuckAfter, Time);
            return;
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            pushes.Metrics.Stuck();
        }
        catch (Exception)
        {
            // Whatever a transport throws, the connection is of no more use; its own end is what reports it.
        }

        Abort();
        await task.ContinueWith(
            static _ => { },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default
        );
    }

    private Standing? Next()
    {
        lock (_gate)
        {
            _quiet?.SetResult();
            _quiet = null;
            if (_turns?.TryDequeue(out var turn) == true)
            {
                turn.SetResult();
                return null;
            }

            if (!_closed && !_dismissed)
                foreach (var watch in _watches)
                {
                    if (!watch.Active || !watch.Pending)
                        continue;
                    watch.Pending = false;
                    var standing = watch.Topic.Newest;
                    if (Dismisses(watch, standing))
                        break;
                    if (!standing.Follows(watch.Sent))
                        continue;
                    watch.Sent = standing;
                    pushes.Metrics.Pushed(1, standing);
                    return standing;
                }

            _writing = false;
            return null;
        }
    }

    // Within the gate.
    private bool Dismisses(Watch watch, Standing standing)
    {
        if (!standing.Overrules(watch.Sent))
            return false;
        _dismissed = true;
        pushes.Dismiss(this);
        return true;
    }

    private Task WhenQuiet() =>
        _writing ? (_quiet ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task : Task.CompletedTask;
}
