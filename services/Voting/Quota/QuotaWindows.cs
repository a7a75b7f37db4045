namespace Voting.Quota;

/// <summary>
/// Fixed windows, UTC: the hour of an address, the day of a network. Sliding ones were rejected: a burst over a boundary is twice the bound
/// at worst, which the day's bound cuts anyway, and a sliding window has to keep times.
/// </summary>
internal static class QuotaWindows
{
    /// <returns>Hours and days since 1970.</returns>
    public static (long Hour, long Day) Of(DateTimeOffset now) => (now.ToUnixTimeSeconds() / 3600, now.ToUnixTimeSeconds() / 86_400);

    /// <returns>Seconds until the window of that bound ends, at least 1.</returns>
    public static int SecondsLeft(Bound bound, DateTimeOffset now)
    {
        var length = bound is Bound.Address ? 3600 : 86_400;
        return (int)(length - now.ToUnixTimeSeconds() % length);
    }
}
