using Web.Parts;
using Web.Requests;
using Web.Services;

namespace Web.Pages;

/// <param name="Choice">ship or skip.</param>
public sealed record VoteRow(string Tool, string Name, bool Retired, string Choice, DateTimeOffset? At);

/// <param name="Votes">Newest first; null when Voting does not answer.</param>
public sealed record YourVotesModel(IReadOnlyList<VoteRow>? Votes, Tallies Tallies);

/// <summary>The page says the same to everyone.</summary>
public sealed record ForgetModel;

/// <summary>
/// <c>/votes</c>: what this reader has voted, to change, withdraw, download or have forgotten. Never stored by anyone on the way.
/// </summary>
internal static class YourVotesRoute
{
    private const string Path = "/votes";

    public static async Task<IResult> ShowAsync(HttpContext context, CatalogReader catalog, TallyReader tallies, VotingClient voting)
    {
        var cancellationToken = context.RequestAborted;
        var listing = catalog.ToolLinesAsync(cancellationToken);
        var votes = await voting.AllOwnVotesAsync(context);
        var known = (await listing).ToDictionary(tool => tool.Slug);
        var rows = votes
            ?.Select(vote => new VoteRow(
                vote.Tool,
                known.GetValueOrDefault(vote.Tool)?.Name ?? vote.Tool,
                known.GetValueOrDefault(vote.Tool)?.Retired ?? true,
                vote.Choice!,
                vote.At
            ))
            .ToList();
        var counts = rows is { Count: > 0 } ? await tallies.OfAsync(rows.Select(row => row.Tool), cancellationToken) : Tallies.None;
        context.Response.Headers.CacheControl = "no-store";
        var head = Head(context, "Your votes", "Your votes in this browser: change, withdraw, download or erase them.") with
        {
            Live = true,
            KnownVoter = context.Request.KnowsVoter(),
        };
        return Page.Of<YourVotesPage, YourVotesModel>(head, new YourVotesModel(rows, counts), rows is null ? 503 : 200);
    }

    public static IResult AskToForget(HttpContext context) =>
        Page.Of<ForgetPage, ForgetModel>(
            Head(context, "Forget me", "Withdraw all your votes and destroy the link to them."),
            new ForgetModel()
        );

    public static async Task<IResult> ForgetAsync(HttpContext context, VotingClient voting)
    {
        if (await voting.ForgetAsync(context) is not { } cleared)
        {
            context.Response.Headers.RetryAfter = "5";
            return Page.Notice(
                context,
                503,
                "You are not forgotten yet",
                "We can’t reach your votes right now, so your votes and your cookie are unchanged.",
                "Please go back and try again in a few seconds."
            );
        }

        foreach (var line in cleared)
            context.Response.Headers.Append("Set-Cookie", line);
        return Page.SeeOther(context, "/votes/forgotten");
    }

    public static IResult Forgotten(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        // An address anyone may open: it says the truth, and drops only what is kept, when no voter is left.
        if (context.Request.KnowsVoter())
            return Page.SeeOther(context, "/votes/forget");

        var head = Head(context, "You are forgotten", "Nothing ties your votes to you any more.") with { Live = true, Erased = true };
        return Page.Of<NoticePage, Notice>(
            head,
            new Notice(
                "You are forgotten",
                [
                    "Nothing ties your votes to you any more. The cookie is gone from this browser.",
                    "The votes leave the community’s numbers within a day, each at a random moment. Thank you for voting.",
                ]
            )
        );
    }

    private static PageHead Head(HttpContext context, string title, string description) =>
        new(title, description, context.Origin() + Path) { Hidden = true };
}
