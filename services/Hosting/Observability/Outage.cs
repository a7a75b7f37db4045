namespace Hosting.Observability;

/// <summary>
/// Whether something is unavailable, for the log: that it went is said once, that it is still away once a minute, that it came back once. A
/// line for every request it failed would bury everything else just when someone reads the log.
/// </summary>
public sealed class Outage(TimeProvider? clock = null)
{
    private static readonly TimeSpan Reminder = TimeSpan.FromMinutes(1);
    private readonly TimeProvider _timeProvider = clock ?? TimeProvider.System;
    private readonly Lock _gate = new();
    private volatile bool _away;
    private long _said;

    /// <summary>Whether the last try failed.</summary>
    public bool IsOn => _away;

    /// <returns>True when it is time to say so.</returns>
    public bool Fails()
    {
        lock (_gate)
        {
            if (_away && _timeProvider.GetElapsedTime(_said) < Reminder)
                return false;
            (_away, _said) = (true, _timeProvider.GetTimestamp());
            return true;
        }
    }

    /// <returns>True at the first success after a failure.</returns>
    public bool Works()
    {
        if (!_away)
            return false;
        lock (_gate)
        {
            var back = _away;
            _away = false;
            return back;
        }
    }
}
