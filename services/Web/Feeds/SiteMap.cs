using System.Xml.Linq;
using Microsoft.AspNetCore.Http.HttpResults;
using Web.Requests;
using Web.Services;

namespace Web.Feeds;

/// <summary><c>/sitemap.xml</c> and <c>/robots.txt</c>: every tool, category and curated comparison, and nothing made on request.</summary>
internal static class SiteMap
{
    private static readonly XNamespace Map = "http://www.sitemaps.org/schemas/sitemap/0.9";
    private static readonly string[] Fixed =
    [
        "/",
        "/tools",
        "/compare",
        "/methodology",
        "/verify",
        "/newsletter",
        "/newsletter/feed.xml",
        "/publishers",
        "/developers",
    ];

    public static async Task<IResult> ShowAsync(HttpContext context, CatalogReader catalog, NewsletterClient newsletter)
    {
        var cancellationToken = context.RequestAborted;
        var origin = context.Origin();
        var lines = catalog.ToolLinesAsync(cancellationToken);
        var listing = catalog.AllToolsAsync(null, null, null, cancellationToken);
        var categories = catalog.CategoriesAsync(cancellationToken);
        var issues = newsletter.ArchiveAsync(cancellationToken);
        var comparisons = await catalog.AllComparisonsAsync(cancellationToken);
        var tools = (await listing).ToDictionary(tool => tool.Slug);
        var changed = tools.Values.Max(tool => tool.UpdatedAt);
        return Xml.Of(
            context,
            "application/xml",
            new XElement(
                Map + "urlset",
                Fixed.Select(path =>
                    Location(
                        origin + path,
                        path is "/" or "/tools" or "/compare" ? Later(changed, comparisons.Max(comparison => comparison.UpdatedAt)) : null
                    )
                ),
                comparisons.Select(comparison => Location(origin + comparison.Path, comparison.UpdatedAt)),
                // Retired tools are not listed, hence not dated; their pages stay.
                (await lines).Select(tool => Location($"{origin}/tools/{tool.Slug}", tools.GetValueOrDefault(tool.Slug)?.UpdatedAt)),
                (await categories).Select(category =>
                    Location(
                        $"{origin}/categories/{category.Slug}",
                        tools.Values.Where(tool => tool.Category.Slug == category.Slug).Max(tool => tool.UpdatedAt)
                    )
                ),
                (await issues ?? []).Select(issue => Location($"{origin}/newsletter/{issue.Week}", issue.PublishedAt))
            )
        );
    }

    public static ContentHttpResult Robots(HttpContext context) =>
        TypedResults.Text(
            $"""
            User-agent: *
            Disallow: /api/
            Disallow: /hubs/
            Disallow: /vote
            Disallow: /admin
            Disallow: /newsletter/confirm
            Disallow: /newsletter/unsubscribe

            Sitemap: {context.Origin()}/sitemap.xml

            """
        );

    private static DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset? other) => one is null || other > one ? other : one;

    private static XElement Location(string address, DateTimeOffset? changed) =>
        new(
            Map + "url",
            new XElement(Map + "loc", address),
            changed is { } at ? new XElement(Map + "lastmod", at.UtcDateTime.ToString("yyyy-MM-dd")) : null
        );
}
