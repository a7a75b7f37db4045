namespace Tally.Pushing.Connections;

/// <summary>
/// How fast one connection may call the hub: a page calls it once or twice, and a client that calls it in a loop would take the time of
/// those who only listen. A connection's calls come one after the other, so its budget needs no lock.
/// </summary>
internal sealed class CallRateLimit(TimeProvider timeProvider)
{
    private const double Burst = 100;
    private const double PerSecond = 10;
    private double _left = Burst;
    private long _at = timeProvider.GetTimestamp();

    /// <returns>False when the call is one too many.</returns>
    public bool Takes()
    {
        var now = timeProvider.GetTimestamp();
        _left = Math.Min(Burst, _left + timeProvider.GetElapsedTime(_at, now).TotalSeconds * PerSecond);
        _at = now;
        if (_left < 1)
            return false;
        _left--;
        return true;
    }
}
