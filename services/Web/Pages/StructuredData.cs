using Web.Parts;
using Web.Services;

namespace Web.Pages;

/// <summary>schema.org data for search engines. It repeats what the page shows, and nothing else.</summary>
internal static class StructuredData
{
    private const string Context = "https://schema.org";

    public static object Breadcrumbs(string origin, string here, IReadOnlyList<Crumb> trail) =>
        new Dictionary<string, object?>
        {
            ["@context"] = Context,
            ["@type"] = "BreadcrumbList",
            ["itemListElement"] = trail.Select(
                (crumb, index) =>
                    new Dictionary<string, object?>
                    {
                        ["@type"] = "ListItem",
                        ["position"] = index + 1,
                        ["name"] = crumb.Name,
                        ["item"] = crumb.Path is null ? here : origin + crumb.Path,
                    }
            ),
        };

    public static object Tool(string origin, Tool tool, ToolTally? tally)
    {
        var data = new Dictionary<string, object?>
        {
            ["@context"] = Context,
            ["@type"] = "SoftwareApplication",
            ["name"] = tool.Name,
            ["description"] = tool.Description ?? tool.Tagline,
            ["applicationCategory"] = tool.Category.Name,
            ["url"] = $"{origin}/tools/{tool.Slug}",
        };
        // Without an offer, a rating or a review, search engines take it for an error; the entry price is always known.
        var offers = (tool.Plans ?? [])
            .Where(plan => plan.Amount is not null)
            .Select(plan => Offer(plan.Name, plan.Amount, plan.Currency))
            .ToList();
        if (offers.Count == 0 && tool.EntryPrice.Amount is { } entry)
            offers.Add(Offer(tool.EntryPrice.Label, entry, tool.EntryPrice.Currency));
        if (offers.Count > 0)
            data["offers"] = offers;
        // What the sample content says is nobody's opinion.
        if ((tool.Reviews ?? []).Where(review => !review.Sample).ToList() is { Count: > 0 } reviews)
            data["review"] = reviews.Select(Review);
        // A share of no votes is no number, and a search engine must not be told one.
        if (tally is { Total: > 0, ShipPercent: { } percent })
            data["aggregateRating"] = new Dictionary<string, object?>
            {
                ["@type"] = "AggregateRating",
                ["name"] = "Community ship %",
                ["ratingValue"] = percent,
                ["bestRating"] = 100,
                ["worstRating"] = 0,
                ["ratingCount"] = tally.Total,
            };
        return data;
    }

    private static Dictionary<string, object?> Offer(string name, decimal? amount, string? currency) =>
        new()
        {
            ["@type"] = "Offer",
            ["name"] = name,
            ["price"] = amount,
            ["priceCurrency"] = currency ?? "USD",
        };

    private static Dictionary<string, object?> Review(Review review) =>
        new()
        {
            ["@type"] = "Review",
            ["author"] = new Dictionary<string, object?>
            {
                ["@type"] = "Person",
                ["name"] = review.Reviewer.Name,
                ["description"] = review.Reviewer.Role,
            },
            ["name"] = Wording.Verdict(review.Ships),
            ["reviewBody"] = review.Quote,
            ["reviewRating"] = new Dictionary<string, object?>
            {
                ["@type"] = "Rating",
                ["ratingValue"] = review.Ships ? 1 : 0,
                ["bestRating"] = 1,
                ["worstRating"] = 0,
                ["alternateName"] = Wording.Verdict(review.Ships),
            },
        };
}
