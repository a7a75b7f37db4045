namespace Contracts;

/// <summary>
/// Time as the public sees it: cut to the minute. With an exact time beside a choice, anyone who knows when a reader was there would
/// know what they voted.
/// </summary>
public static class PublicTime
{
    public static DateTimeOffset Of(DateTimeOffset at) => new(at.UtcTicks - at.UtcTicks % TimeSpan.TicksPerMinute, TimeSpan.Zero);
}
