using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Contracts.Log;
using Hosting.Description;
using Voting.Integrity;
using Voting.Ledger;

namespace Voting.Votes;

/// <summary>A voter's own vote as the API shows it.</summary>
/// <param name="Tool">The tool's slug.</param>
/// <param name="Choice"><c>ship</c>, <c>skip</c>, or null when withdrawn or never cast.</param>
/// <param name="Seq">This voter's changes on this tool so far.</param>
/// <param name="At">When the last change was committed, UTC; null when there was none.</param>
/// <param name="State"><c>counted</c>: the vote is in the tool's numbers. <c>held</c>: not yet, until it is decided. <c>void</c>: not, and
/// never will be. Null when there is no vote.</param>
/// <param name="Reason">Why it is held or void: a word such as <c>crowded-network</c>.</param>
/// <param name="DecidedBy">When a held vote is decided on at the latest, UTC.</param>
/// <param name="Index">The change's place in the public log, from 0. Left out when there was no change, or an earlier release committed
/// it.</param>
/// <param name="Mark">The voter's pseudonym on this tool in the public log: 16 bytes in base64url.</param>
/// <param name="Salt">Only for a request with a nonce: the mark is the beginning of <c>SHA256("verdicts.mark/v1\n" ‖ nonce ‖ salt)</c>, of
/// the nonce that came with this voter's first vote on the tool.</param>
/// <param name="Token">Only in the answer to a vote that made its voter: to be sent as cookie or as <c>Authorization: Voter …</c>.</param>
[SchemaName("Vote")]
public sealed record VoteAnswer(
    string Tool,
    [property: AllowedValues("ship", "skip", null)] string? Choice,
    long Seq,
    DateTimeOffset? At,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull), AllowedValues("counted", "held", "void", null)]
        string? State = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? DecidedBy = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Index = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Mark = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Salt = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Token = null
)
{
    public static VoteAnswer From(Vote vote) => From(vote, withSalt: false, token: null);

    public static IResult Of(Vote vote, bool withSalt = false, string? token = null) =>
        new BufferedJson<VoteAnswer>(From(vote, withSalt, token), VotingJson.Default.VoteAnswer);

    private static VoteAnswer From(Vote vote, bool withSalt, string? token) =>
        new(
            vote.Tool,
            vote.Choice.Word(),
            vote.Seq,
            vote.At,
            vote.Choice is Ledger.Choice.Withdrawn ? null : vote.State.Word,
            vote.State.Reason.Word(),
            vote.State.IsHeld ? vote.At + Look.DecideWithin : null,
            vote.Entry - 1,
            Encoded(vote.Mark),
            withSalt ? Encoded(vote.Salt) : null,
            token
        );

    private static string? Encoded(Guid? id) => id is { } bytes ? Leaf.MarkOf(bytes.ToByteArray()) : null;
}

/// <summary>All votes of one voter that stand, newest first.</summary>
[SchemaName("Votes")]
public sealed record VotesAnswer(IReadOnlyList<VoteAnswer> Votes);
