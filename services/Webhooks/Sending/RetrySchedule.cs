namespace Webhooks.Sending;

/// <summary>
/// When a failed delivery is tried again: Standard Webhooks' example, ten attempts over three days. Jitter keeps what failed together from
/// coming back together.
/// </summary>
internal static class RetrySchedule
{
    private const double Jitter = 0.1;
    private static readonly TimeSpan LongestPause = TimeSpan.FromDays(1);

    private static readonly TimeSpan[] Waits =
    [
        TimeSpan.FromSeconds(5),
        TimeSpan.FromMinutes(5),
        TimeSpan.FromMinutes(30),
        TimeSpan.FromHours(2),
        TimeSpan.FromHours(5),
        TimeSpan.FromHours(10),
        TimeSpan.FromHours(14),
        TimeSpan.FromHours(20),
        TimeSpan.FromHours(24),
    ];

    /// <param name="attempts">How many there were.</param>
    /// <param name="asked">The receiver's Retry-After; up to a day is granted.</param>
    /// <returns>Null after the last one.</returns>
    public static TimeSpan? After(long attempts, TimeSpan? asked)
    {
        if (attempts > Waits.Length)
            return null;
        var wait = Waits[attempts - 1] * (1 + Jitter * (2 * Random.Shared.NextDouble() - 1));
        var granted = Granted(asked);
        return granted > wait ? granted : wait;
    }

    /// <summary>
    /// How long the endpoint's other deliveries wait: until it may work again, and a minute at most unless it asked for more.
    /// </summary>
    public static TimeSpan Pause(TimeSpan wait, TimeSpan? asked)
    {
        var least = wait < TimeSpan.FromMinutes(1) ? wait : TimeSpan.FromMinutes(1);
        var granted = Granted(asked);
        return granted > least ? granted : least;
    }

    private static TimeSpan Granted(TimeSpan? asked) =>
        asked is not { } wait ? TimeSpan.Zero
        : wait < LongestPause ? wait
        : LongestPause;
}
