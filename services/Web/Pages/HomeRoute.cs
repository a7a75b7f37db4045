using Web.Parts;
using Web.Requests;
using Web.Services;

namespace Web.Pages;

public sealed record HomeModel(
    IReadOnlyList<Comparison> Comparisons,
    IReadOnlyList<ToolTally>? Top,
    IReadOnlyList<ToolTally>? Divided,
    IReadOnlyDictionary<string, string> Names
);

internal static class HomeRoute
{
    private const int Ranked = 5,
        Newest = 6,
        MostDivided = 100;

    public static async Task<IResult> ShowAsync(HttpContext context, CatalogReader catalog, TallyReader tallies)
    {
        var cancellationToken = context.RequestAborted;
        var newest = catalog.ComparisonsAsync(null, null, 1, cancellationToken);
        var lines = catalog.ToolLinesAsync(cancellationToken);
        var top = tallies.RankingAsync("top", Ranked, cancellationToken);
        // Nearest to half and half first, however few have voted: those that count are among the first hundred.
        var divided = tallies.RankingAsync("divided", MostDivided, cancellationToken);
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
                (await newest).Comparisons.Take(Newest).ToList(),
                await top,
                (await divided)?.Where(tally => tally.IsDivided).Take(Ranked).ToList(),
                names
            )
        );
    }
}
