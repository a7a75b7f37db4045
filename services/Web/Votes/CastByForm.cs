using Microsoft.AspNetCore.Http.HttpResults;
using Web.Pages;
using Web.Parts;
using Web.Requests;
using Web.Services;

namespace Web.Votes;

/// <summary>
/// Voting without JavaScript. A reader without a voter is asked once, on a page that explains the one cookie; its form makes
/// the voter and casts. Every form that succeeds is answered by a redirect, so that going back or reloading sends nothing again.
/// </summary>
internal static class CastByForm
{
    public static async Task<IResult> CastAsync(HttpContext context, VotingClient voting)
    {
        if (await ReadAsync(context) is not var (vote, _))
            return Malformed(context);
        if (context.Request.VoterHeader() is null)
            return vote.Choice == "withdraw" ? Page.SeeOther(context, vote.Back) : Page.SeeOther(context, vote.At("/vote/first"));
        return Answer(context, vote, await voting.CastAsync(context, vote.Tool, vote.Choice));
    }

    /// <summary><c>GET /vote/first</c>: the question before the first vote.</summary>
    public static async Task<IResult> AskOnceAsync(HttpContext context, CatalogReader catalog)
    {
        if (FromQuery(context) is not { Choice: "ship" or "skip" } vote)
            return Malformed(context);
        string? name;
        try
        {
            name = (await catalog.ToolLinesAsync(context.RequestAborted)).FirstOrDefault(tool => tool.Slug == vote.Tool)?.Name;
            if (name is null)
                return Page.NotFound(context, "tool");
        }
        catch (ServiceUnavailableException)
        {
            // A vote needs no catalog: Voting knows the tools.
            name = "this tool";
        }

        context.Response.Headers.CacheControl = "no-store";
        return Page.Of<FirstVotePage, FirstVote>(
            new PageHead("Before your first vote", "The one cookie this site sets, and why.", context.Origin() + "/vote") { Hidden = true },
            new FirstVote(vote, name, VoterNonce.New(context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow()))
        );
    }

    public static async Task<IResult> CastFirstAsync(HttpContext context, VotingClient voting)
    {
        if (await ReadAsync(context) is not var (vote, nonce))
            return Malformed(context);
        if (vote.Choice == "withdraw" || !VoterNonce.IsValid(nonce))
            return Page.SeeOther(context, vote.At("/vote/first"));
        var cast = await voting.CastAsync(context, vote.Tool, vote.Choice, nonce);
        foreach (var line in cast.SetCookie)
            context.Response.Headers.Append("Set-Cookie", line);
        return cast is { Outcome: Outcome.Cast, SetCookie.Count: > 0 }
            ? Page.SeeOther(context, vote.At("/vote/done"))
            : Answer(context, vote, cast, nonce);
    }

    /// <summary><c>GET /vote/done</c>: whether the browser has kept the cookie shows only when it asks for something again.</summary>
    public static IResult Done(HttpContext context)
    {
        if (FromQuery(context) is not { } vote)
            return Malformed(context);
        return context.Request.KnowsVoter()
            ? Page.SeeOther(context, vote.Back)
            : Page.Notice(
                context,
                200,
                "Your browser blocks cookies",
                "Your vote was recorded, but your browser did not keep the cookie that makes it yours: you can’t change or withdraw it.",
                "Allow cookies for this site before you vote again."
            );
    }

    private static IResult Answer(HttpContext context, FormVote vote, CastAnswer cast, string? nonce = null) =>
        cast.Outcome switch
        {
            Outcome.Cast => Page.SeeOther(context, vote.Back),
            Outcome.NoVoter => Page.SeeOther(context, vote.At("/vote/first")),
            Outcome.UnknownTool => Page.NotFound(context, "tool"),
            Outcome.Refused => Malformed(context),
            Outcome.TooManyVoters => NotTaken(
                context,
                vote,
                cast,
                nonce,
                429,
                "Many new voters came from your network",
                "To keep the numbers honest, only a limited number of readers can start voting from one network within an hour. "
                    + "Readers who have voted before are not affected."
            ),
            Outcome.TooMany => NotTaken(
                context,
                vote,
                cast,
                nonce,
                429,
                "That was a lot of votes at once",
                "To keep the numbers honest, votes from one network are limited. Your earlier votes were counted."
            ),
            Outcome.Unavailable => NotTaken(
                context,
                vote,
                cast,
                nonce,
                503,
                "Your vote is not saved yet",
                "Votes can’t be saved right now, and a vote counts only once it has been saved."
            ),
        };

    private static async Task<(FormVote Vote, string Nonce)?> ReadAsync(HttpContext context) =>
        await context.FormAsync() is { } form
        && FormVote.From(form["tool"].ToString(), form["choice"].ToString(), form["return"].ToString()) is { } vote
            ? (vote, form["nonce"].ToString())
            : null;

    private static FormVote? FromQuery(HttpContext context)
    {
        var query = context.Request.Query;
        return FormVote.From(query["tool"].ToString(), query["choice"].ToString(), query["return"].ToString());
    }

    // The page holds the choice, and the nonce of a first vote with it: sent again it is the same vote of the same voter, even if only
    // the answer was lost.
    private static RazorComponentResult NotTaken(
        HttpContext context,
        FormVote vote,
        CastAnswer cast,
        string? nonce,
        int status,
        string title,
        string reason
    )
    {
        context.Response.Headers.RetryAfter = cast.RetryAfter.ToString();
        var head = new PageHead(title, reason, context.Origin() + "/vote") { Hidden = true };
        return Page.Of<NotTakenPage, NotTaken>(head, new NotTaken(vote, title, reason, cast.RetryAfter, nonce), status);
    }

    private static RazorComponentResult Malformed(HttpContext context) =>
        Page.Notice(context, 400, "That vote can’t be understood", "Please go back to the tool’s page and vote there.");
}
