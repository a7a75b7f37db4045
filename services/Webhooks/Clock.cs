namespace Webhooks;

internal static class Clock
{
    /// <summary>Now in Unix milliseconds, as the database keeps time.</summary>
    public static long Now(this TimeProvider timeProvider) => timeProvider.GetUtcNow().ToUnixTimeMilliseconds();

    public static long Milliseconds(this TimeSpan span) => (long)span.TotalMilliseconds;

    public static DateTimeOffset ToTime(this long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
