using Contracts;
using Hosting.Text;
using Web.Parts;
using Web.Requests;
using Web.Services;

namespace Web.Pages;

public sealed record ToolModel(
    Tool Tool,
    Tallies Tallies,
    string? Own,
    VerifiedCounts? Verified,
    FloodNotice? Notice,
    Sparkline Sparkline,
    IReadOnlyList<ToolChange> Changes,
    IReadOnlyList<Comparison> Comparisons,
    IReadOnlyList<ToolLine> Others,
    IReadOnlyList<Crumb> Trail
);

internal static class ToolRoute
{
    public static async Task<IResult> ShowAsync(
        string slug,
        HttpContext context,
        CatalogReader catalog,
        TallyReader tallies,
        VotingClient voting,
        IntegrityReader integrity,
        TimeProvider timeProvider
    )
    {
        if (Addresses.InLowerCase(context, slug) is { } redirect)
            return redirect;
        if (!Slug.IsValid(slug))
            return Page.NotFound(context, "tool");

        var cancellationToken = context.RequestAborted;
        var counting = tallies.OfAsync([slug], cancellationToken);
        var remembering = tallies.HistoryAsync(slug, timeProvider.GetUtcNow(), cancellationToken);
        var asking = voting.OwnVotesAsync(context);
        var verifying = voting.VerifiedAsync(slug, cancellationToken);
        var noticing = integrity.NoticeAsync(slug);
        var reading = catalog.ToolAsync(slug, cancellationToken);
        var listing = catalog.ToolLinesAsync(cancellationToken);
        var comparing = catalog.ComparisonsAsync(slug, null, 1, cancellationToken);
        var changing = catalog.ChangesAsync(slug, cancellationToken);
        await Task.WhenAll(reading, listing, comparing, changing);
        if (await reading is not { } tool)
            return Page.NotFound(context, "tool");
        if (tool.Slug != slug)
            return TypedResults.Redirect($"/tools/{tool.Slug}", permanent: true);

        var origin = context.Origin();
        var path = $"/tools/{slug}";
        var trail = new List<Crumb>
        {
            new("Home", "/"),
            new("Tools", "/tools"),
            new(tool.Category.Name, $"/categories/{tool.Category.Slug}"),
            new(tool.Name, null),
        };
        var tally = await counting;
        var head = new PageHead(
            $"{tool.Name}: ship or skip?",
            $"{tool.Name}, {tool.Tagline} The panel’s verdict, the community’s live votes, and prices.",
            origin + path
        )
        {
            Live = true,
            Embeddable = true,
            Sample = await catalog.IsSampleAsync(cancellationToken),
            Card = ($"{path}/card.png", $"{tool.Name}: the panel’s and the community’s verdict as they stand."),
            KnownVoter = context.Request.KnowsVoter(),
            Data = [StructuredData.Breadcrumbs(origin, origin + path, trail), StructuredData.Tool(origin, tool, tally.Of(slug))],
        };
        var others = (await listing)
            .Where(other => other.Slug != slug && !other.Retired)
            .OrderBy(other => Transliteration.Fold(other.Name), StringComparer.Ordinal)
            .ToList();
        var (points, hourly) = await remembering;
        var trace = new Sparkline(points, tally.Of(slug), timeProvider.GetUtcNow(), hourly);
        return Page.Of<ToolPage, ToolModel>(
            head,
            new ToolModel(
                tool,
                tally,
                (await asking).GetValueOrDefault(slug),
                await verifying,
                await noticing,
                trace,
                await changing,
                (await comparing).Comparisons,
                others,
                trail
            )
        );
    }
}
