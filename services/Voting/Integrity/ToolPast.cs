namespace Voting.Integrity;

/// <summary>What a look knows of a tool beside its first votes of the last 48 hours.</summary>
/// <param name="Counted">Its totals.</param>
/// <param name="Hours">First votes in each hour since 1970, of the last 28 days.</param>
/// <param name="ReleasedAt">When a moderator last released votes of the tool.</param>
internal sealed record ToolPast(Sample Counted, IReadOnlyDictionary<long, long> Hours, DateTimeOffset? ReleasedAt)
{
    /// <returns>False for a vote that was there when a moderator released some: a rule does not overrule a person.</returns>
    public bool MayHold(FirstVote vote) => ReleasedAt is not { } released || vote.At > released;
}
