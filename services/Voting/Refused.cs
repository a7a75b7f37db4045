using System.Data.Common;
using Hosting.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Voting.Batching;

namespace Voting;

/// <summary>Every way a vote is refused, each with its stable type.</summary>
internal static class Refused
{
    public static ProblemHttpResult Unauthenticated() =>
        Problems.Of(
            401,
            "no-voter",
            "A voter is needed: send it as cookie or as 'Authorization: Voter …'; POST /api/voters makes one, and so does a vote "
                + "with \"voter\":\"new\"."
        );

    public static ProblemHttpResult Malformed() =>
        Problems.Of(400, "malformed-vote", """The body must be {"choice":"ship"} or {"choice":"skip"}.""");

    public static ProblemHttpResult MalformedVoter() =>
        Problems.Of(
            400,
            "malformed-voter",
            """The only value of "voter" is "new": it makes a voter for a request that comes without one."""
        );

    public static ProblemHttpResult MalformedNonce() =>
        Problems.Of(400, "malformed-nonce", """A "nonce" is 32 random bytes in base64url, 43 characters, and "voter":"new" needs one.""");

    public static ProblemHttpResult NotJson() => Problems.Of(415, "unsupported-media-type", "The body must be application/json.");

    public static ProblemHttpResult UnknownTool() => Problems.Of(404, "unknown-tool", "No tool has this name.");

    public static ProblemHttpResult Retired() =>
        Problems.Of(404, "retired-tool", "This tool is retired: it keeps its votes and takes no new ones.");

    public static ProblemHttpResult ToolsNotYetKnown(HttpContext context) =>
        Problems.Retry(context, 503, "tools-not-yet-known", "The list of tools is not known yet; try again shortly.", 1);

    public static ProblemHttpResult LedgerUnavailable(HttpContext context) =>
        Problems.Retry(context, 503, "ledger-unavailable", "The ledger cannot take votes now. Casting the same vote again is safe.", 1);

    /// <summary>Answers what was read, or that the ledger is unavailable when its database does not let it be read.</summary>
    public static async Task<IResult> UnlessReadAsync(HttpContext context, Func<Task<IResult>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception error) when (error is DbException or LedgerUnavailableException)
        {
            return LedgerUnavailable(context);
        }
    }

    public static ProblemHttpResult TooManyNewVoters(HttpContext context, int seconds, object challenge) =>
        Problems.Retry(
            context,
            429,
            "too-many-new-voters",
            "Many people have voted from this network for the first time today. A first vote can be cast with the challenge's "
                + "answer, and is then held until it is decided on; or again later.",
            seconds,
            new Dictionary<string, object?> { ["challenge"] = challenge }
        );

    public static ProblemHttpResult MalformedAltcha() =>
        Problems.Of(400, "malformed-altcha", """An "altcha" is the answer to a challenge: text in base64 of at most 4 KiB.""");

    public static ProblemHttpResult TooFast(HttpContext context, int seconds) =>
        Problems.Retry(context, 429, "too-many-requests", "This voter changes votes faster than anyone reads them.", seconds);
}
