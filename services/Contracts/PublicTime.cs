namespace Contracts;

/// <summary>
/// Time as the public sees it: cut to the minute. An exact time beside a choice would tell whoever knows when somebody was there what they
/// voted.
/// </summary>
public static class PublicTime
{
    public static DateTimeOffset Of(DateTimeOffset at) => new(at.UtcTicks - at.UtcTicks % TimeSpan.TicksPerMinute, TimeSpan.Zero);
}
