using Contracts;
using Hosting.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Web.Parts;
using Web.Requests;
using Web.Services;

namespace Web.Pages;

internal static class ComparisonRoute
{
    private const int MostRelated = 4;
    private const string WithItself = "A tool can’t be compared with itself. Choose another tool.";

    /// <summary><c>/compare/{a}-vs-{b}</c>: alphabetical is canonical, the reverse redirects permanently.</summary>
    public static async Task<IResult> ShowAsync(
        string pair,
        HttpContext context,
        CatalogReader catalog,
        TallyReader tallies,
        VotingClient voting
    )
    {
        if (Addresses.InLowerCase(context, pair) is { } redirect)
            return redirect;
        var cancellationToken = context.RequestAborted;
        if (SameToolTwice(pair) is { } tool)
            return await AskAsync(tool, null, WithItself, 404, context, catalog);
        if (Slug.Split(pair) is not var (a, b))
            return await MovedAsync(pair, context, catalog);
        var canonical = Slug.OfComparison(a, b);
        if (canonical != pair)
            return TypedResults.Redirect($"/compare/{canonical}", permanent: true);

        // All at once: the tallies' tools are known from the address.
        var reading = catalog.ComparisonAsync(pair, cancellationToken);
        var counting = tallies.OfAsync([a, b], cancellationToken);
        var asking = voting.OwnVotesAsync(context);
        var withA = catalog.ComparisonsAsync(a, null, 1, cancellationToken);
        var withB = catalog.ComparisonsAsync(b, null, 1, cancellationToken);
        await Task.WhenAll(reading, withA, withB);
        if (await reading is not { Tools.Count: 2 } comparison)
            return Page.NotFound(context, "comparison");
        if (comparison.Slug != pair)
            return TypedResults.Redirect(comparison.Path, permanent: true);
        // One with the one, one with the other, and so on: neither tool's comparisons crowd out the other's.
        var (ofA, ofB) = ((await withA).Comparisons, (await withB).Comparisons);
        var related = Enumerable
            .Range(0, Math.Max(ofA.Count, ofB.Count))
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
        (a, b) = (a?.ToLowerInvariant(), b?.ToLowerInvariant());
        if (!Slug.IsToolSlug(a) || !Slug.IsToolSlug(b))
            return await AskAsync(a, b, null, 200, context, catalog);
        return a == b
            ? await AskAsync(a, null, WithItself, 400, context, catalog)
            : TypedResults.Redirect($"/compare/{Slug.OfComparison(a!, b!)}");
    }

    /// <param name="problem">Why two tools have to be picked again; null when nothing is wrong.</param>
    private static async Task<IResult> AskAsync(
        string? a,
        string? b,
        string? problem,
        int status,
        HttpContext context,
        CatalogReader catalog
    )
    {
        var cancellationToken = context.RequestAborted;
        var reading = catalog.ComparisonsAsync(null, null, 1, cancellationToken);
        var tools = (await catalog.ToolLinesAsync(cancellationToken))
            .OrderBy(tool => Transliteration.Fold(tool.Name), StringComparer.Ordinal)
            .ToList();
        var head = new PageHead(
            "Compare two AI tools",
            "Pick any two AI tools and see the panel’s verdicts, the community’s votes and the prices side by side.",
            context.Origin() + "/compare"
        )
        {
            Hidden = problem is not null,
        };
        return Page.Of<PickPage, PickModel>(head, new PickModel(tools, a, b, (await reading).Comparisons, problem), status);
    }

    // Where a tool moved to, Catalog knows.
    private static async Task<IResult> MovedAsync(string pair, HttpContext context, CatalogReader catalog) =>
        Addresses.IsSlugLike(pair) && await catalog.ComparisonAsync(pair, context.RequestAborted) is { } comparison
            ? TypedResults.Redirect(comparison.Path, permanent: true)
            : Page.NotFound(context, "comparison");

    private static RazorComponentResult Show(
        HttpContext context,
        Comparison comparison,
        IReadOnlyList<Comparison> related,
        Tallies tallies,
        IReadOnlyDictionary<string, string> own
    )
    {
        var origin = context.Origin();
        var trail = new List<Crumb> { new("Home", "/"), new("Compare", "/compare"), new(comparison.Title, null) };
        var head = new PageHead(
            $"{comparison.Title}: AI tool comparison",
            $"{comparison.Title}: which one should you ship with? Panel verdicts, live community votes and prices side by side.",
            origin + comparison.Path
        )
        {
            Live = true,
            Embeddable = true,
            Sample = comparison.Tools.Any(tool => tool.Reviews?.Any(review => review.Sample) == true),
            // Pairs nobody chose would be a near-endless number of thin pages in a search index.
            Hidden = !comparison.Curated,
            Card = (
                $"{comparison.Path}/card.png",
                $"{comparison.Title}: the panel’s and the community’s verdicts as they stand, side by side."
            ),
            KnownVoter = context.Request.KnowsVoter(),
            Data =
            [
                StructuredData.Breadcrumbs(origin, origin + comparison.Path, trail),
                .. comparison.Tools.Select(tool => StructuredData.Tool(origin, tool, tallies.Of(tool.Slug))),
            ],
        };
        return Page.Of<ComparisonPage, ComparisonModel>(head, new ComparisonModel(comparison, tallies, own, related, trail));
    }

    private static string? SameToolTwice(string pair)
    {
        var at = pair.IndexOf(Slug.Versus, StringComparison.Ordinal);
        return at > 0 && pair[..at] == pair[(at + Slug.Versus.Length)..] && Slug.IsValid(pair.AsSpan(0, at)) ? pair[..at] : null;
    }
}

public sealed record PickModel(IReadOnlyList<ToolLine> Tools, string? A, string? B, IReadOnlyList<Comparison> Comparisons, string? Problem);
