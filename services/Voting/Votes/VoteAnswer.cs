using Voting.Ledger;

namespace Voting.Votes;

/// <summary>A voter's own vote as the API shows it.</summary>
/// <param name="Tool">The tool's slug.</param>
/// <param name="Choice"><c>ship</c>, <c>skip</c>, or null when withdrawn or never cast.</param>
/// <param name="Seq">This voter's changes on this tool so far.</param>
/// <param name="At">When the last change was committed, UTC; null when there was none.</param>
public sealed record VoteAnswer(string Tool, string? Choice, long Seq, DateTimeOffset? At)
{
    public static VoteAnswer From(Vote vote) => new(vote.Tool, vote.Choice.Word(), vote.Seq, vote.At);

    public static IResult Of(Vote vote) => new WholeJson<VoteAnswer>(From(vote), VotingJson.Default.VoteAnswer);
}

/// <summary>All votes of one voter that stand, newest first.</summary>
public sealed record VotesAnswer(IReadOnlyList<VoteAnswer> Votes);
