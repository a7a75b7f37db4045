using Voting.Ledger;
using Voting.Tools;
using Voting.Voters;

namespace Voting.Votes;

/// <summary>A voter's own votes, which nobody else may read.</summary>
public sealed class ReadVotes(VoterTokens tokens, ToolList tools, VoterHasher hasher, VoteLedger ledger)
{
    public async Task<IResult> OneAsync(HttpContext context, string tool)
    {
        if (!VoterOfRequest.TryGet(context.Request, tokens, out var voter))
            return Refused.Unauthenticated();
        return await tools.StandingAsync(tool, context.RequestAborted) switch
        {
            ToolStatus.Known or ToolStatus.Retired => await Refused.UnlessReadAsync(
                context,
                async () =>
                    VoteAnswer.Of(
                        await ledger.VoteAsync(await hasher.OfAsync(voter.Id, context.RequestAborted), tool, context.RequestAborted)
                    )
            ),
            ToolStatus.NotYetKnown => Refused.ToolsNotYetKnown(context),
            ToolStatus.Unknown => Refused.UnknownTool(),
        };
    }

    public async Task<IResult> AllAsync(HttpContext context)
    {
        if (!VoterOfRequest.TryGet(context.Request, tokens, out var voter))
            return Refused.Unauthenticated();
        return await Refused.UnlessReadAsync(
            context,
            async () =>
            {
                var votes = await ledger.VotesAsync(await hasher.OfAsync(voter.Id, context.RequestAborted), context.RequestAborted);
                var standing = votes.Where(vote => vote.Choice is not Choice.Withdrawn).Select(VoteAnswer.From).ToList();
                return TypedResults.Json(new VotesAnswer(standing), VotingJson.Default.VotesAnswer);
            }
        );
    }
}
