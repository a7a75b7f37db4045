using System.Text.Json.Serialization;
using Voting.Ledger;

namespace Voting.Votes;

/// <summary>A voter's own vote as the API shows it.</summary>
/// <param name="Tool">The tool's slug.</param>
/// <param name="Choice"><c>ship</c>, <c>skip</c>, or null when withdrawn or never cast.</param>
/// <param name="Seq">This voter's changes on this tool so far.</param>
/// <param name="At">When the last change was committed, UTC; null when there was none.</param>
/// <param name="Token">Only in the answer to a vote that made its voter: to be sent as cookie or as <c>Authorization: Voter …</c>.</param>
public sealed record VoteAnswer(
    string Tool,
    string? Choice,
    long Seq,
    DateTimeOffset? At,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Token = null
)
{
    public static VoteAnswer From(Vote vote) => From(vote, null);

    public static IResult Of(Vote vote, string? token = null) =>
        new BufferedJson<VoteAnswer>(From(vote, token), VotingJson.Default.VoteAnswer);

    private static VoteAnswer From(Vote vote, string? token) => new(vote.Tool, vote.Choice.Word(), vote.Seq, vote.At, token);
}

/// <summary>All votes of one voter that stand, newest first.</summary>
public sealed record VotesAnswer(IReadOnlyList<VoteAnswer> Votes);
