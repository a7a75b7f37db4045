using System.ComponentModel.DataAnnotations;
using Hosting.Connections;
using Hosting.Description;
using Microsoft.AspNetCore.Http.HttpResults;
using Voting.Batching;
using Voting.Challenges;
using Voting.Ledger;
using Voting.Quota;
using Voting.Tools;
using Voting.Voters;

namespace Voting.Votes;

/// <summary>
/// Journey 2: Voting checks the vote.
/// Then it waits for the batch that commits it, and answers.
/// </summary>
public sealed class CastVote(
    VoterTokens tokens,
    ToolList tools,
    VoterRateLimit pace,
    VoteGate gate,
    ProofOfWork challenges,
    VoterHasher hasher,
    BatchWriter writer,
    VotingMetrics metrics
)
{
    /// <param name="Choice"><c>ship</c> or <c>skip</c>.</param>
    /// <param name="Voter"><c>new</c> makes the voter with this request when it comes without one: the answer brings cookie and
    /// token.</param>
    /// <param name="Nonce">32 random bytes in base64url, mixed into the vote's mark. With <c>voter</c> it is required and as secret as the
    /// token: the same nonce makes the same voter again.</param>
    /// <param name="Altcha">The answer to the <c>challenge</c> of a 429, in base64 as ALTCHA's libraries write it: the vote is then held
    /// until it is seen what it belongs to.</param>
    [SchemaName("VoteRequest")]
    public sealed record Body(
        [property: AllowedValues("ship", "skip")] string Choice,
        [property: AllowedValues("new", null)] string? Voter = null,
        string? Nonce = null,
        string? Altcha = null
    );

    public async Task<IResult> PutAsync(HttpContext context, string tool)
    {
        var isKnown = VoterOfRequest.TryGet(context.Request, tokens, out var known);
        if (!context.Request.HasJsonContentType())
            return Refuse(isKnown ? Refused.NotJson() : Refused.Unauthenticated());
        // The body is read by hand and not bound: a cross-site request must be refused before anything of it is parsed.
        var request = await ReadAsync(context);
        if (!isKnown && !request.AsksForVoter)
            return Refuse(Refused.Unauthenticated());
        if (request.AsksForOtherVoter)
            return Refuse(Refused.MalformedVoter());
        if (request.NonceIsMalformed || request is { AsksForVoter: true, Nonce: null })
            return Refuse(Refused.MalformedNonce());
        if (request.AltchaIsMalformed)
            return Refuse(Refused.MalformedAltcha());
        if (request.Choice is not { } choice)
            return Refuse(Refused.Malformed());

        var voter = isKnown ? known.Id : NewVoter.Of(request.Nonce);
        if (pace.Wait(voter) is > 0 and var seconds)
            return Refuse(Refused.TooFast(context, seconds));

        return await tools.StandingAsync(tool, context.RequestAborted) switch
        {
            ToolStatus.Known when gate.Enabled => await AdmitAndCommitAsync(context, voter, tool, request, isKnown ? known.IssuedAt : null),
            ToolStatus.Known => await CommitAsync(context, voter, tool, choice, request.Nonce, isNew: !isKnown),
            ToolStatus.Retired => Refuse(Refused.Retired()),
            ToolStatus.NotYetKnown => Refuse(Refused.ToolsNotYetKnown(context)),
            ToolStatus.Unknown => Refuse(Refused.UnknownTool()),
        };
    }

    /// <summary>Withdraws; allowed on a retired tool too, since a vote is its reader's to take back.</summary>
    public async Task<IResult> DeleteAsync(HttpContext context, string tool)
    {
        if (!VoterOfRequest.TryGet(context.Request, tokens, out var voter))
            return Refuse(Refused.Unauthenticated());
        if (pace.Wait(voter.Id) is > 0 and var seconds)
            return Refuse(Refused.TooFast(context, seconds));

        return await tools.StandingAsync(tool, context.RequestAborted) switch
        {
            ToolStatus.Known or ToolStatus.Retired => await CommitAsync(
                context,
                voter.Id,
                tool,
                Choice.Withdrawn,
                nonce: null,
                isNew: false
            ),
            ToolStatus.NotYetKnown => Refuse(Refused.ToolsNotYetKnown(context)),
            ToolStatus.Unknown => Refuse(Refused.UnknownTool()),
        };
    }

    private async Task<IResult> AdmitAndCommitAsync(
        HttpContext context,
        Guid voter,
        string tool,
        VoteRequest request,
        DateTimeOffset? issuedAt
    )
    {
        try
        {
            var hashed = await hasher.OfAsync(voter, context.RequestAborted);
            var mark = Mark.Draw(request.Nonce);
            var passage = await gate.AskAsync(
                issuedAt,
                hashed,
                tool,
                mark.Value,
                context.Connection.RemoteIpAddress,
                context.RequestAborted
            );
            var vote = default(Vote);
            try
            {
                var admission = passage.Admission;
                if (request.Altcha is { } altcha && !passage.IsOpen && await IsGoodAsync(altcha, passage, context.RequestAborted))
                    admission = admission with { Gate = Gate.Hold };
                vote = await CastAsync(context, new Cast(hashed, tool, request.Choice!.Value, mark, admission));
            }
            finally
            {
                gate.Leave(passage, vote);
            }

            // Left out at the gate: the voter has no vote on this tool yet.
            if (vote.Seq == 0)
                return Refuse(Refused.TooManyNewVoters(context, passage.Seconds, challenges.Make(tool, passage.Neighborhood.Span)));
            if (vote.State.IsHeld)
                metrics.Held();
            return Answer(context, vote, request.Nonce is not null, issuedAt is null ? voter : null);
        }
        catch (LedgerUnavailableException)
        {
            return Refuse(Refused.LedgerUnavailable(context));
        }
    }

    // An answer that is not good changes nothing: the same request again, whose first answer was lost, finds its vote there.
    private async Task<bool> IsGoodAsync(string altcha, Passage passage, CancellationToken cancellationToken) =>
        await challenges.VerifyAsync(altcha, passage.Tool, passage.Neighborhood, cancellationToken) is ChallengeOutcome.Valid;

    private async Task<IResult> CommitAsync(HttpContext context, Guid voter, string tool, Choice choice, byte[]? nonce, bool isNew)
    {
        try
        {
            var cast = new Cast(await hasher.OfAsync(voter, context.RequestAborted), tool, choice, Mark.Draw(nonce));
            return Answer(context, await CastAsync(context, cast), nonce is not null, isNew ? voter : null);
        }
        catch (LedgerUnavailableException)
        {
            return Refuse(Refused.LedgerUnavailable(context));
        }
    }

    private Task<Vote> CastAsync(HttpContext context, Cast cast) =>
        writer.CastAsync(cast, context.Features.Get<OpenConnection>(), context.RequestAborted);

    private ProblemHttpResult Refuse(ProblemHttpResult refusal)
    {
        metrics.Refused(refusal);
        return refusal;
    }

    // Only a vote that is in the ledger leaves its new voter with the reader: one that was refused leaves nothing.
    private IResult Answer(HttpContext context, Vote vote, bool withSalt, Guid? made)
    {
        if (made is not { } voter)
            return VoteAnswer.Of(vote, withSalt);
        var issued = tokens.IssueTo(voter);
        VoterOfRequest.SetCookie(context, issued.Token, issued.Voter);
        return VoteAnswer.Of(vote, withSalt, issued.Token);
    }

    private static async ValueTask<VoteRequest> ReadAsync(HttpContext context)
    {
        var reader = context.Request.BodyReader;
        while (true)
        {
            // Read whole and then parsed, in the server's own buffer: a vote is thirty bytes, and the server bounds what anyone may send
            // instead.
            var read = await reader.ReadAsync(context.RequestAborted);
            if (!read.IsCompleted)
            {
                reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                continue;
            }

            var request = VoteRequest.Parse(read.Buffer);
            reader.AdvanceTo(read.Buffer.End);
            return request;
        }
    }
}
