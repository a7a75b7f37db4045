using Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Web;

internal static class ComparisonRoute
{
    private const int MostRelated = 4;

    /// <summary><c>/compare/{a}-vs-{b}</c>: alphabetical is canonical, the reverse redirects for good.</summary>
    public static async Task<IResult> ShowAsync(string pair, HttpContext context, CatalogReader catalog, TallyReader tallies, VotingClient voting)
    {
        if (SameToolTwice(pair) is { } tool)
            return TypedResults.Redirect($"/tools/{tool}", permanent: true);
        if (Slug.Split(pair) is not var (a, b))
            return Page.NotFound(context, "comparison");
        var canonical = Slug.OfComparison(a, b);
        if (canonical != pair)
            return TypedResults.Redirect($"/compare/{canonical}", permanent: true);

        var stop = context.RequestAborted;
        // All at once: the tallies' tools are known from the address.
        var reading = catalog.ComparisonAsync(pair, stop);
        var counting = tallies.OfAsync([a, b], stop);
        var asking = voting.OwnVotesAsync(context);
        var withA = catalog.ComparisonsAsync(a, null, 1, stop);
        var withB = catalog.ComparisonsAsync(b, null, 1, stop);
        await Task.WhenAll(reading, withA, withB);
        if (await reading is not { Tools.Count: 2 } comparison)
            return Page.NotFound(context, "comparison");
        // One with the one, one with the other, and so on: neither tool's comparisons crowd out the other's.
        var (ofA, ofB) = ((await withA).Comparisons, (await withB).Comparisons);
        var related = Enumerable.Range(0, Math.Max(ofA.Count, ofB.Count))
            .SelectMany(place => ofA.Skip(place).Take(1).Concat(ofB.Skip(place).Take(1)))
            .Where(other => other.Slug != pair)
            .DistinctBy(other => other.Slug)
            .Take(MostRelated)
            .ToList();
        return Show(context, comparison, related, await counting, await asking);
    }

    /// <summary><c>/compare?a=&amp;b=</c>: the picker, which sends the reader on once both are chosen.</summary>
    public static async Task<IResult> PickAsync(string? a, string? b, HttpContext context, CatalogReader catalog)
    {
        if (Slug.IsValid(a) && Slug.IsValid(b))
            return TypedResults.Redirect(a == b ? $"/tools/{a}" : $"/compare/{Slug.OfComparison(a!, b!)}");
        var stop = context.RequestAborted;
        var reading = catalog.ComparisonsAsync(null, null, 1, stop);
        var tools = (await catalog.ToolLinesAsync(stop)).OrderBy(tool => tool.Name, StringComparer.OrdinalIgnoreCase).ToList();
        var head = new PageHead("Compare two AI tools", "Pick any two AI tools and see the panel’s verdicts, the community’s votes and the prices side by side.", context.Origin() + "/compare");
        return Page.Of<Pages.PickPage, PickModel>(head, new PickModel(tools, a, b, (await reading).Comparisons));
    }

    private static RazorComponentResult Show(HttpContext context, Comparison comparison, IReadOnlyList<Comparison> related, Tallies tallies, IReadOnlyDictionary<string, string> own)
    {
        var origin = context.Origin();
        var trail = new List<Crumb> { new("Home", "/"), new("Compare", "/compare"), new(comparison.Title, null) };
        var head = new PageHead($"{comparison.Title}: AI tool comparison",
            $"{comparison.Title}: which one should you ship with? Panel verdicts, live community votes and prices side by side.",
            origin + comparison.Path)
        {
            Live = true,
            // Pairs nobody chose would be a near-endless number of thin pages in a search index.
            Hidden = !comparison.Curated,
            Card = ($"{comparison.Path}/card.png", $"{comparison.Title}: the panel’s and the community’s verdicts as they stand, side by side."),
            KnownVoter = context.Request.KnowsVoter(),
            Data =
            [
                StructuredData.Breadcrumbs(origin, origin + comparison.Path, trail),
                .. comparison.Tools.Select(tool => StructuredData.Tool(origin, tool, tallies.Of(tool.Slug))),
            ],
        };
        return Page.Of<Pages.ComparisonPage, ComparisonModel>(head, new ComparisonModel(comparison, tallies, own, related, trail));
    }

    private static string? SameToolTwice(string pair)
    {
        var at = pair.IndexOf(Slug.Versus, StringComparison.Ordinal);
        return at > 0 && pair[..at] == pair[(at + Slug.Versus.Length)..] && Slug.IsValid(pair.AsSpan(0, at)) ? pair[..at] : null;
    }
}

public sealed record PickModel(IReadOnlyList<ToolLine> Tools, string? A, string? B, IReadOnlyList<Comparison> Comparisons);
