using Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Web;

/// <summary>A vote as a form sends it.</summary>
/// <param name="Tool">The tool's slug.</param>
/// <param name="Choice">ship, skip or withdraw.</param>
/// <param name="Return">The local path to go back to.</param>
public sealed record FormVote(string Tool, string Choice, string Return);

/// <param name="Name">The tool's.</param>
public sealed record FirstVote(FormVote Vote, string Name);

/// <summary>
/// Voting without JavaScript. Whoever has no voter yet is asked once, on a page that explains the one cookie; the browser then posts
/// the same vote to <c>/vote/first</c>, which makes the voter and casts.
/// </summary>
internal static class CastByForm
{
    public static async Task<IResult> CastAsync(HttpContext context, VotingClient voting, CatalogReader catalog)
    {
        if (await ReadAsync(context) is not { } vote)
            return Malformed(context);
        if (context.Request.VoterHeader() is not { } voter)
            return vote.Choice == "withdraw" ? SeeOther(context, vote.Return) : await AskOnceAsync(context, catalog, vote);
        var (cast, wait) = await voting.CastAsync(context, vote.Tool, vote.Choice, voter);
        return await AnswerAsync(context, catalog, vote, cast, wait);
    }

    public static async Task<IResult> CastFirstAsync(HttpContext context, VotingClient voting, CatalogReader catalog)
    {
        if (await ReadAsync(context) is not { } vote)
            return Malformed(context);
        var (made, outcome, retry) = await voting.NewVoterAsync(context);
        if (made is not var (lines, voter))
            return outcome is Outcome.TooMany ? TooMany(context, retry) : Away(context, retry);
        var (cast, wait) = await voting.CastAsync(context, vote.Tool, vote.Choice, voter);
        // A vote that was refused leaves nothing with the reader. One that may have been taken does: without its voter it could never be changed, and the next try would be a second reader's.
        if (cast is Outcome.Cast or Outcome.Away)
            foreach (var line in lines)
                context.Response.Headers.Append("Set-Cookie", line);
        return await AnswerAsync(context, catalog, vote, cast, wait);
    }

    private static async Task<IResult> AnswerAsync(HttpContext context, CatalogReader catalog, FormVote vote, Outcome outcome, int retry) => outcome switch
    {
        Outcome.Cast => SeeOther(context, vote.Return),
        Outcome.NoVoter => await AskOnceAsync(context, catalog, vote),
        Outcome.UnknownTool => Page.NotFound(context, "tool"),
        Outcome.TooMany => TooMany(context, retry),
        Outcome.TooManyVoters => TooManyVoters(context, retry),
        Outcome.Away => Away(context, retry),
        Outcome.Refused => Malformed(context),
    };

    private static async Task<FormVote?> ReadAsync(HttpContext context)
    {
        if (await context.FormAsync() is not { } form)
            return null;
        var (tool, choice, back) = (form["tool"].ToString(), form["choice"].ToString(), form["return"].ToString());
        return Slug.IsValid(tool) && choice is "ship" or "skip" or "withdraw"
            ? new FormVote(tool, choice, LocalPath.IsLocal(back) ? back : $"/tools/{tool}")
            : null;
    }

    private static async Task<IResult> AskOnceAsync(HttpContext context, CatalogReader catalog, FormVote vote)
    {
        string? name;
        try
        {
            name = (await catalog.ToolLinesAsync(context.RequestAborted)).FirstOrDefault(tool => tool.Slug == vote.Tool)?.Name;
            if (name is null)
                return Page.NotFound(context, "tool");
        }
        catch (ServiceAway)
        {
            // A vote needs no catalog: Voting knows the tools.
            name = "this tool";
        }

        context.Response.Headers.CacheControl = "no-store";
        return Page.Of<Pages.FirstVotePage, FirstVote>(
            new PageHead("Before your first vote", "The one cookie this site sets, and why.", context.Origin() + "/vote") { Hidden = true }, new FirstVote(vote, name));
    }

    // 303, so that going back or reloading does not send the form again.
    private static StatusCodeHttpResult SeeOther(HttpContext context, string path)
    {
        context.Response.Headers.Location = path;
        return TypedResults.StatusCode(303);
    }

    private static RazorComponentResult TooMany(HttpContext context, int seconds) => Page.TooMany(context, seconds, "That was a lot of votes at once",
        "To keep the numbers honest, votes from one place are limited. This one was not counted; those before it were.");

    private static RazorComponentResult TooManyVoters(HttpContext context, int seconds) => Page.TooMany(context, seconds, "Many new voters came from where you are",
        "To keep the numbers honest, only so many readers can begin to vote from one place within an hour. Your vote was not counted; whoever has voted before is not affected.");

    private static RazorComponentResult Away(HttpContext context, int seconds)
    {
        context.Response.Headers.RetryAfter = seconds.ToString();
        return Page.Notice(context, 503, "Your vote was not taken yet",
            "The ledger of votes does not answer at the moment, and we never say a vote counts before it is written there.",
            "Please go back and try again in a few seconds.");
    }

    private static RazorComponentResult Malformed(HttpContext context) => Page.Notice(context, 400, "That vote can’t be understood",
        "A vote names a tool and says ship, skip or withdraw. Please go back to the tool and vote there.");
}
