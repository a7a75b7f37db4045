namespace Tally.Tests;

/// <summary>
/// The machine's clock, moved forward by tests that can't wait for minutes. Timers run at their own pace, and what they find is late.
/// </summary>
public sealed class MovableClock : TimeProvider
{
    private long _moved;

    public void Forward(TimeSpan time) => Interlocked.Add(ref _moved, (long)(time.TotalSeconds * TimestampFrequency));

    public override long GetTimestamp() => base.GetTimestamp() + Interlocked.Read(ref _moved);
}
