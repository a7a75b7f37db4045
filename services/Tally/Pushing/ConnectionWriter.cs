using Tally.State;

namespace Tally.Pushing;

/// <summary>
/// Writes to one connection, one thing at a time: states, and what is no state, such as an answer or a sign of life. A write that takes
/// too long cuts the connection.
/// </summary>
internal abstract class ConnectionWriter(Pushes pushes)
{
    private TaskCompletionSource? _quiet;
    private Queue<TaskCompletionSource>? _turns;
    private bool _writing;
    private long _wrote;

    /// <summary>Whose turn it is to write, and what is written next, is decided within it.</summary>
    protected Lock Gate { get; } = new();

    /// <summary>Nothing is written after the write under way. Within the gate.</summary>
    protected bool Closed { get; set; }

    protected Pushes Pushes => pushes;

    protected TimeProvider Time => pushes.Time;

    /// <summary>Hands the state to the transport; the task ends when there is room for the next. Fails only through the task.</summary>
    protected abstract ValueTask WriteAsync(Standing standing);

    /// <summary>Cuts the connection: it doesn't read.</summary>
    protected abstract void Abort();

    /// <summary>Takes the state to be written next, within the gate; null when none is waiting.</summary>
    protected abstract Standing? TakeNext();

    /// <summary>Cuts the connection unless it has ended.</summary>
    public void CutIfOpen()
    {
        lock (Gate)
            if (Closed)
                return;
        Abort();
    }

    /// <summary>
    /// Writes a sign of life, unless something was written lately or is being written now. For those in
    /// <see cref="Connections.KeepAlive"/>.
    /// </summary>
    public virtual void Beat()
    {
        if (Time.GetElapsedTime(Volatile.Read(ref _wrote)) >= pushes.Silence)
            WriteBetween(WriteSignAsync);
    }

    /// <summary>What the transport says when there is nothing to say.</summary>
    protected virtual ValueTask WriteSignAsync() => ValueTask.CompletedTask;

    /// <summary>Takes the turn to write, within the gate; who has got it calls <see cref="Continue()"/> outside of it.</summary>
    /// <returns>False when something is being written.</returns>
    protected bool TryBegin() => !_writing && (_writing = true);

    /// <summary>Writes this state, then whatever waits, and ends the turn.</summary>
    protected void Continue(Standing standing) => _ = PumpAsync(standing);

    /// <summary>Writes whatever waits, and ends the turn.</summary>
    protected void Continue() => _ = PumpAsync(Next());

    /// <summary>Ends with the write under way. Within the gate.</summary>
    protected Task WhenQuiet() =>
        _writing ? (_quiet ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task : Task.CompletedTask;

    /// <summary>Writes something that is no state, such as a heartbeat, unless the reader is busy.</summary>
    protected void WriteBetween(Func<ValueTask> write)
    {
        lock (Gate)
        {
            if (_writing || Closed)
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
        lock (Gate)
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
        lock (Gate)
        {
            _quiet?.SetResult();
            _quiet = null;
            if (_turns?.TryDequeue(out var turn) == true)
            {
                turn.SetResult();
                return null;
            }

            if (!Closed && TakeNext() is { } standing)
                return standing;
            _writing = false;
            return null;
        }
    }
}
