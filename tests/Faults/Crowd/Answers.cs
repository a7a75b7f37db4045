namespace Faults.Tests.Crowd;

// The public contract as a stranger reads it; the services' own types are not used, so that a change of shape is noticed.

public record Voter(string Token, DateTimeOffset ExpiresAt);

public record VoteAnswer(string Tool, string? Choice, long Seq, DateTimeOffset? At, long? Index);

public record OwnVotes(IReadOnlyList<VoteAnswer> Votes);

public record Entry(long Id, string Tool, string Voter, string? Choice, string? Previous, long Seq, DateTimeOffset At);

public record LedgerPage(IReadOnlyList<Entry> Entries, long? Next);

public record Totals(string Tool, long Ship, long Skip, long Version);

public record ToolTally(string Tool, long Ship, long Skip, long Total, double? ShipPercent, long Version, long Epoch)
{
    /// <summary>What may only rise on one connection: a newer epoch wins whatever the version.</summary>
    public (long Epoch, long Version) Order => (Epoch, Version);
}

public record TallyPoint(DateTimeOffset At, long Ship, long Skip);

public record TallyHistory(IReadOnlyList<TallyPoint> Points);

public record ToolRow(string Slug, bool Retired);

public record ToolRows(IReadOnlyList<ToolRow> Tools);
