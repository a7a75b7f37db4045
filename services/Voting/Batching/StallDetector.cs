namespace Voting.Batching;

/// <summary>
/// Notices that this process stalled: it was frozen, or its machine was moved. Requests that arrived meanwhile wait in its sockets; most
/// of their senders have disconnected and asked another replica, which may have taken newer votes of theirs. Which clients disconnected
/// is known only once the server has read its sockets to the end, so votes are held back for a moment until it has. It may not have by
/// then, least of all those it accepts only now: for some seconds the sockets themselves are asked too.
/// </summary>
public sealed class StallDetector : IDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Standstill = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _timeProvider;
    private readonly ILogger<StallDetector> _logger;
    private readonly ITimer _timer;
    private long _last;
    private long _settled;

    public StallDetector(TimeProvider timeProvider, ILogger<StallDetector> logger)
    {
        (_timeProvider, _logger) = (timeProvider, logger);
        _last = _settled = timeProvider.GetTimestamp();
        _timer = timeProvider.CreateTimer(_ => Note(), null, Beat, Beat);
    }

    /// <summary>How long to hold votes back; zero unless the process has just stalled.</summary>
    public TimeSpan Hold()
    {
        Note();
        var rest = _timeProvider.GetElapsedTime(_timeProvider.GetTimestamp(), Interlocked.Read(ref _settled));
        return rest > TimeSpan.Zero ? rest : TimeSpan.Zero;
    }

    /// <summary>The process stalled lately, or started.</summary>
    public bool IsRecent => _timeProvider.GetElapsedTime(Interlocked.Read(ref _settled), _timeProvider.GetTimestamp()) < Aftermath;

    public void Dispose() => _timer.Dispose();

    // The first to run after the standstill sees the gap, the timer or the votes. The hold is set before the gap is closed, and before
    // anything is logged: a thread that no longer sees the one has to see the other, or votes would slip through while the first is still
    // writing its line.
    private void Note()
    {
        var now = _timeProvider.GetTimestamp();
        var last = Interlocked.Read(ref _last);
        var gap = _timeProvider.GetElapsedTime(last, now);
        if (gap > Standstill)
            Interlocked.Exchange(ref _settled, now + (long)(Settling.TotalSeconds * _timeProvider.TimestampFrequency));
        if (Interlocked.CompareExchange(ref _last, now, last) == last && gap > Standstill)
            VotingLog.StoodStill(_logger, gap.TotalSeconds);
    }
}
