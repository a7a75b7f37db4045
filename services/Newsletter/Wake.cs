namespace Newsletter;

/// <summary>Wakes background work at once when there is some, so that polling only serves what a crash or another replica left.</summary>
internal sealed class Wake
{
    public Bell Admission { get; } = new();
    public Bell Outbox { get; } = new();
    public Bell Erasure { get; } = new();

    /// <summary>Rung any number of times while nobody listens, it wakes the listener once.</summary>
    internal sealed class Bell
    {
        private TaskCompletionSource _rung = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Set() => Volatile.Read(ref _rung).TrySetResult();

        /// <summary>Returns when rung or after the given time. Re-armed before the listener looks for work, so no ring is lost.</summary>
        public async Task WaitAsync(TimeSpan atMost, TimeProvider time, CancellationToken stop)
        {
            using var waited = CancellationTokenSource.CreateLinkedTokenSource(stop);
            await Task.WhenAny(Volatile.Read(ref _rung).Task, Task.Delay(atMost, time, waited.Token));
            await waited.CancelAsync();
            stop.ThrowIfCancellationRequested();
            if (_rung.Task.IsCompleted)
                Volatile.Write(ref _rung, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }
    }
}

internal static class Clock
{
    /// <summary>Now in Unix milliseconds, as the database keeps time.</summary>
    public static long Now(this TimeProvider time) => time.GetUtcNow().ToUnixTimeMilliseconds();

    public static long Milliseconds(this TimeSpan span) => (long)span.TotalMilliseconds;
}
