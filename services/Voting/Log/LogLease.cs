using Voting.Ledger;

namespace Voting.Log;

/// <summary>
/// Which replica keeps the log for the moment. The others leave it alone, so that the work is done once; a replica that dies or freezes
/// loses it by time. What keeps two of them from contradicting each other is the compare-and-swap and not this.
/// </summary>
/// <param name="Now">Microseconds since 1970.</param>
/// <param name="Until">Microseconds since 1970.</param>
internal sealed record LogLease(string Owner, long Now, long Until)
{
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(2);
    private static readonly string Me = Guid.NewGuid().ToString("N");

    public static LogLease From(TimeProvider timeProvider)
    {
        var now = timeProvider.GetUtcNow();
        return new LogLease(Me, VoteLedger.Micros(now), VoteLedger.Micros(now + Length));
    }

    public bool IsAnothers(LogHead head) =>
        head.Owner != Owner && head.Owner.Length > 0 && head.OwnedUntil > Now && head.OwnedUntil < Until;
}
