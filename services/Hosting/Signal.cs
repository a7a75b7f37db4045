using System.Threading.Channels;

namespace Hosting;

/// <summary>
/// Wakes the one worker that waits for it. Set any number of times while nobody waits, it wakes the next wait once. A channel of one rather
/// than a semaphore: there is nothing to dispose of, and setting it again costs no exception.
/// </summary>
public sealed class Signal
{
    private readonly Channel<bool> _set = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true }
    );

    /// <summary>Whether the next wait returns at once.</summary>
    public bool IsSet => _set.Reader.Count > 0;

    /// <summary>Never blocks.</summary>
    public void Set() => _set.Writer.TryWrite(true);

    public void Reset() => _set.Reader.TryRead(out _);

    public async Task WaitAsync(CancellationToken cancellationToken) => await _set.Reader.ReadAsync(cancellationToken);

    /// <returns>False when the time passed first.</returns>
    public async Task<bool> WaitAsync(TimeSpan atMost, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        using var passed = new CancellationTokenSource(atMost, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(passed.Token, cancellationToken);
        try
        {
            return await _set.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <returns>False when the time passed first.</returns>
    public Task<bool> WaitAsync(TimeSpan atMost, CancellationToken cancellationToken) =>
        WaitAsync(atMost, TimeProvider.System, cancellationToken);
}
