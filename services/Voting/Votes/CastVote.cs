using System.Buffers;
using System.Text.Json;
using Hosting;
using Voting.Ledger;
using Voting.Quota;
using Voting.Tools;
using Voting.Voters;

namespace Voting.Votes;

/// <summary>Journey, steps 2 to 4: check, write, and answer only then.</summary>
public sealed class CastVote(VoterTokens tokens, ToolList tools, VoterPace pace, NewVoterQuota quota, BatchWriter writer, VotingMetrics metrics)
{
    /// <param name="Choice"><c>ship</c> or <c>skip</c>.</param>
    public sealed record Body(string Choice);

    public async Task<IResult> PutAsync(HttpContext context, string tool)
    {
        // The body is read by hand and not bound: a cross-site or unauthenticated request must be refused before anything of it is parsed.
        if (!VoterOfRequest.TryGet(context.Request, tokens, out var voter))
            return Refused.Unauthenticated(metrics);
        if (!context.Request.HasJsonContentType())
            return Refused.NotJson(metrics);
        if (await ReadChoiceAsync(context) is not { } choice)
            return Refused.Malformed(metrics);

        if (pace.Wait(voter.Id) is > 0 and var seconds)
            return Refused.TooFast(context, metrics, seconds);

        return await tools.StandingAsync(tool, context.RequestAborted) switch
        {
            Standing.Known when quota.Enabled => await AdmitAndCommitAsync(context, new Cast(voter.Id, tool, choice)),
            Standing.Known => await CommitAsync(context, new Cast(voter.Id, tool, choice)),
            Standing.Retired => Refused.Retired(metrics),
            Standing.NotYetKnown => Refused.ToolsNotYetKnown(context, metrics),
            _ => Refused.UnknownTool(metrics),
        };
    }

    /// <summary>Withdraws; allowed on a retired tool too, since a vote is its reader's to take back.</summary>
    public async Task<IResult> DeleteAsync(HttpContext context, string tool)
    {
        if (!VoterOfRequest.TryGet(context.Request, tokens, out var voter))
            return Refused.Unauthenticated(metrics);
        if (pace.Wait(voter.Id) is > 0 and var seconds)
            return Refused.TooFast(context, metrics, seconds);

        return await tools.StandingAsync(tool, context.RequestAborted) switch
        {
            Standing.Known or Standing.Retired => await CommitAsync(context, new Cast(voter.Id, tool, Choice.Withdrawn)),
            Standing.NotYetKnown => Refused.ToolsNotYetKnown(context, metrics),
            _ => Refused.UnknownTool(metrics),
        };
    }

    private async Task<IResult> AdmitAndCommitAsync(HttpContext context, Cast cast)
    {
        try
        {
            if (await quota.CheckAsync(cast.Voter, context.Connection.RemoteIpAddress, context.RequestAborted) is > 0 and var seconds)
                return Refused.TooManyNewVoters(context, metrics, seconds);
            var vote = await writer.CastAsync(cast, context.RequestAborted);
            quota.Voted(cast.Voter);
            return VoteAnswer.Of(vote);
        }
        catch (LedgerUnavailableException)
        {
            return Refused.LedgerUnavailable(context);
        }
    }

    private async Task<IResult> CommitAsync(HttpContext context, Cast cast)
    {
        try
        {
            return VoteAnswer.Of(await writer.CastAsync(cast, context.RequestAborted));
        }
        catch (LedgerUnavailableException)
        {
            return Refused.LedgerUnavailable(context);
        }
    }

    private static async ValueTask<Choice?> ReadChoiceAsync(HttpContext context)
    {
        var reader = context.Request.BodyReader;
        while (true)
        {
            // Read whole and then parsed, in the server's own buffer: a vote is thirty bytes, and the server bounds what anyone may send instead.
            var read = await reader.ReadAsync(context.RequestAborted);
            if (!read.IsCompleted)
            {
                reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                continue;
            }

            var choice = Parse(read.Buffer);
            reader.AdvanceTo(read.Buffer.End);
            return choice;
        }
    }

    private static Choice? Parse(ReadOnlySequence<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = VotingJson.Default.Options.MaxDepth });
            var choice = Choices.Parse(JsonSerializer.Deserialize(ref reader, VotingJson.Default.Body)?.Choice);
            return reader.Read() ? null : choice;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
