namespace Voting.Tests.Integrity;

/// <summary>Only what the wall clock says is moved: a fake that moves timers too would run every beat of the hours between.</summary>
internal sealed class ShiftedClock : TimeProvider
{
    public TimeSpan Ahead { get; set; }

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UtcNow + Ahead;
}
