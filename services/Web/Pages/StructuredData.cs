namespace Web;

/// <summary>schema.org data for search engines. It repeats what the page shows, and nothing else.</summary>
internal static class StructuredData
{
    private const string Context = "https://schema.org";

    public static object Breadcrumbs(string origin, string here, IReadOnlyList<Crumb> trail) => new Dictionary<string, object?>
    {
        ["@context"] = Context,
        ["@type"] = "BreadcrumbList",
        ["itemListElement"] = trail.Select((crumb, index) => new Dictionary<string, object?>
        {
            ["@type"] = "ListItem",
            ["position"] = index + 1,
            ["name"] = crumb.Name,
            ["item"] = crumb.Path is null ? here : origin + crumb.Path,
        }),
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
        if (tool.Plans?.Where(plan => plan.Amount is not null).ToList() is { Count: > 0 } plans)
            data["offers"] = plans.Select(plan => new Dictionary<string, object?>
            {
                ["@type"] = "Offer",
                ["name"] = plan.Name,
                ["price"] = plan.Amount,
                ["priceCurrency"] = plan.Currency ?? "USD",
            });
        if (tool.Reviews is { Count: > 0 } reviews)
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

    private static Dictionary<string, object?> Review(Review review) => new()
    {
        ["@type"] = "Review",
        ["author"] = new Dictionary<string, object?> { ["@type"] = "Person", ["name"] = review.Reviewer.Name, ["description"] = review.Reviewer.Role },
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
