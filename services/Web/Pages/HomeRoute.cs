using Web.Parts;
using Web.Requests;
using Web.Services;

namespace Web.Pages;

/// <param name="Hero">The comparison most readers have voted on, to vote on right here; null while there is none.</param>
/// <param name="Comparisons">The newest ones besides.</param>
public sealed record HomeModel(
    Comparison? Hero,
    IReadOnlyList<Comparison> Comparisons,
    Tallies Tallies,
    IReadOnlyDictionary<string, string> Own,
    IReadOnlyList<ToolTally>? Top,
    IReadOnlyList<ToolTally>? Divided,
    IReadOnlyDictionary<string, string> Names
);

internal static class HomeRoute
{
    private const int Ranked = 5,
        Newest = 6,
        MostDivided = 100;

    private static long Votes(Tallies counts, Tool tool) => counts.Of(tool.Slug)?.Total ?? 0;

    public static async Task<IResult> ShowAsync(HttpContext context, CatalogReader catalog, TallyReader tallies, VotingClient voting)
    {
        var cancellationToken = context.RequestAborted;
        var asking = voting.OwnVotesAsync(context);
        var newest = catalog.ComparisonsAsync(null, null, 1, cancellationToken);
        var lines = catalog.ToolLinesAsync(cancellationToken);
        var top = tallies.RankingAsync("top", Ranked, cancellationToken);
        // Nearest to half and half first, however few have voted: those that count are among the first hundred.
        var divided = tallies.RankingAsync("divided", MostDivided, cancellationToken);
        var comparisons = (await newest).Comparisons;
        var counts = await tallies.OfAsync(
            comparisons.SelectMany(comparison => comparison.Tools).Select(tool => tool.Slug),
            cancellationToken
        );
        // Where both tools have votes there is something to see; of those that are as busy, the newest.
        var hero = comparisons
            .Where(comparison => comparison.Tools.All(tool => !tool.Retired))
            .MaxBy(comparison => (comparison.Tools.Min(tool => Votes(counts, tool)), comparison.Tools.Sum(tool => Votes(counts, tool))));
        var names = (await lines).ToDictionary(tool => tool.Slug, tool => tool.Name);
        var head = new PageHead(
            PageHead.Site,
            "AI tools side by side: a panel’s verdicts, readers’ live votes, and prices. Which one should you ship with?",
            context.Origin() + "/"
        )
        {
            Live = true,
            Sample = await catalog.IsSampleAsync(cancellationToken),
        };
        return Page.Of<HomePage, HomeModel>(
            head,
            new HomeModel(
                hero,
                comparisons.Where(comparison => comparison != hero).Take(Newest).ToList(),
                counts,
                await asking,
                await top,
                (await divided)?.Where(tally => tally.IsDivided).Take(Ranked).ToList(),
                names
            )
        );
    }
}
