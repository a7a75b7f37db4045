namespace Hosting.Limits;

/// <summary>
/// An answer that is the same for everyone who asks within a time: computed once, however many ask at once. A failure is everyone's who
/// waited for it, and is not kept.
/// </summary>
/// <param name="fresh">How long an answer is kept, from when its computation began; <see cref="Timeout.InfiniteTimeSpan"/> keeps it
/// forever.</param>
public sealed class SharedResult<T>(TimeSpan fresh, TimeProvider timeProvider, Func<Task<T>> compute)
{
    private readonly Lock _gate = new();
    private Task<T>? _latest;
    private long _began;

    public Task<T> GetAsync()
    {
        lock (_gate)
        {
            if (_latest is { IsCompleted: false } || _latest is { IsCompletedSuccessfully: true } && IsFresh())
                return _latest;
            _began = timeProvider.GetTimestamp();
            // Not on the caller's thread, which holds the lock.
            return _latest = Task.Run(compute);
        }
    }

    private bool IsFresh() => fresh == Timeout.InfiniteTimeSpan || timeProvider.GetElapsedTime(_began) < fresh;
}
