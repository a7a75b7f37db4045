using Hosting.Http;
using Voting.Batching;
using Voting.Quota;

namespace Voting.Voters;

/// <summary>
/// Erasure: what tied the voter to pseudonyms in the ledger is destroyed at once, and the votes leave the tallies one by one within
/// <see cref="ErasureSettings.Spread"/>. Again: the same answer.
/// The token itself can't be revoked, since none is stored: a kept copy votes on as a new voter would, with new pseudonyms and from seq 1.
/// A list of forgotten voters would refuse such copies, but would remember forever whom we promised to forget.
/// </summary>
public sealed class ForgetVoter(VoterTokens tokens, VoterHasher hasher, BatchWriter writer, VoteGate gate)
{
    public async Task<IResult> HandleAsync(HttpContext context)
    {
        if (!VoterOfRequest.TryGet(context.Request, tokens, out var voter))
            return Refused.Unauthenticated();
        try
        {
            var hashed = await hasher.OfAsync(voter.Id, context.RequestAborted);
            await writer.ForgetAsync(hashed);
            gate.Forgotten(hashed);
        }
        catch (LedgerUnavailableException)
        {
            return Refused.LedgerUnavailable(context);
        }

        // Only after the ledger has forgotten: a reader who is told to try again still needs the cookie. One that names another voter
        // stays.
        var name = VoterOfRequest.CookieName(context.Request);
        if (!tokens.TryVerify(context.Request.ExactCookie(name), out var kept, out _) || kept.Id == voter.Id)
            context.Response.Cookies.Delete(name, VoterOfRequest.CookieOptions(context.Request));
        return TypedResults.NoContent();
    }
}
