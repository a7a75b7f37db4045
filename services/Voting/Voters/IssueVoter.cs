using Hosting.Description;

namespace Voting.Voters;

/// <summary>Issues a signed voter. Nothing is stored, so asking for a million fills nothing.</summary>
public static class IssueVoter
{
    // A voter in use is renewed well before it ends; until then the same token is answered again.
    private static readonly TimeSpan RenewAfter = VoterTokens.Lifetime / 2;

    /// <param name="Token">To be sent as cookie or as <c>Authorization: Voter …</c>.</param>
    /// <param name="ExpiresAt">When the token stops being accepted, UTC.</param>
    [SchemaName("IssuedVoter")]
    public sealed record Issued(string Token, DateTimeOffset ExpiresAt);

    public static IResult Handle(HttpContext context, VoterTokens tokens, TimeProvider timeProvider)
    {
        if (VoterOfRequest.Token(context.Request) is { } present && tokens.TryVerify(present, out var voter, out var newestKey))
        {
            var renew = !newestKey || timeProvider.GetUtcNow() - voter.IssuedAt > RenewAfter;
            return Answer(context, renew ? tokens.Renew(voter) : (present, voter), StatusCodes.Status200OK);
        }

        return Answer(context, tokens.Issue(), StatusCodes.Status201Created);
    }

    private static IResult Answer(HttpContext context, (string Token, Voter Voter) issued, int status)
    {
        VoterOfRequest.SetCookie(context, issued.Token, issued.Voter);
        return TypedResults.Json(new Issued(issued.Token, issued.Voter.ExpiresAt), VotingJson.Default.Issued, statusCode: status);
    }
}
