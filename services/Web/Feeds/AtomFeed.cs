using System.Xml.Linq;
using Contracts;
using Web.Pages;
using Web.Parts;
using Web.Requests;
using Web.Services;

namespace Web.Feeds;

/// <summary>
/// <c>/feed.xml</c>, the newest comparisons; <c>/categories/{slug}/feed.xml</c>, what is new in a category: comparisons and tools;
/// <c>/newsletter/feed.xml</c>, the newsletter for readers who would rather not give an address; <c>/moderation/feed.xml</c>, what was done
/// to votes.
/// </summary>
internal static class AtomFeed
{
    private const int Longest = 50;
    private static readonly XNamespace Atom = "http://www.w3.org/2005/Atom";

    private sealed record Entry(string Title, string Path, string? Summary, DateTimeOffset? Published, DateTimeOffset? Updated)
    {
        public DateTimeOffset At => Updated ?? Published ?? default;

        public static Entry Of(Comparison comparison) =>
            new(comparison.Title, comparison.Path, comparison.Summary, comparison.PublishedAt, comparison.UpdatedAt);

        public static Entry Of(Issue issue) =>
            new(issue.Title, $"/newsletter/{issue.Week}", issue.Intro, issue.PublishedAt, issue.PublishedAt);

        public static Entry Of(Moderation done, string name) =>
            new(
                $"{name}: {Decisions.Action(done.Action, done.Votes)}",
                $"/moderation?tool={done.Tool}#m{done.Id}",
                $"{Decisions.Effect(done.Ship, done.Skip)}. {Decisions.Reason(done.Reason)} {done.Note}".TrimEnd(),
                done.At,
                done.At
            );

        public static Entry Of(Tool tool) => new(tool.Name, $"/tools/{tool.Slug}", tool.Tagline, tool.PublishedAt, tool.UpdatedAt);
    }

    public static async Task<IResult> ShowAsync(HttpContext context, CatalogReader catalog)
    {
        var comparisons = (await catalog.ComparisonsAsync(null, null, 1, context.RequestAborted)).Comparisons;
        return Feed(context, $"{PageHead.Site}: comparisons", "/feed.xml", "/", comparisons.Select(Entry.Of));
    }

    public static async Task<IResult> ShowCategoryAsync(string slug, HttpContext context, CatalogReader catalog)
    {
        var cancellationToken = context.RequestAborted;
        if (
            !Slug.IsValid(slug)
            || (await catalog.CategoriesAsync(cancellationToken)).FirstOrDefault(category => category.Slug == slug) is not { } category
        )
            return Page.NotFound(context, "category");
        var comparing = catalog.ComparisonsAsync(null, slug, 1, cancellationToken);
        var tools = (await catalog.ToolsAsync(slug, null, "newest", 1, cancellationToken)).Tools;
        return Feed(
            context,
            $"{PageHead.Site}: {category.Name}",
            $"/categories/{slug}/feed.xml",
            $"/categories/{slug}",
            (await comparing)
                .Comparisons.Select(Entry.Of)
                .Concat(tools.Select(Entry.Of))
                .OrderByDescending(entry => entry.Published)
                .Take(Longest)
        );
    }

    public static async Task<IResult> ShowNewsletterAsync(HttpContext context, NewsletterClient newsletter)
    {
        // A feed without entries would tell readers' programs that the issues are gone.
        var issues = await newsletter.ArchiveAsync(context.RequestAborted) ?? throw new ServiceUnavailableException("Newsletter");
        return Feed(context, NewsletterRoute.Name, NewsletterRoute.Feed.Path, "/newsletter", issues.Take(Longest).Select(Entry.Of));
    }

    public static async Task<IResult> ShowModerationAsync(HttpContext context, ModerationClient moderation, CatalogReader catalog)
    {
        var newest = (await moderation.ListAsync(context.RequestAborted)).Take(Longest).ToList();
        var names = await catalog.NamesAsync(newest.Select(done => done.Tool), context.RequestAborted);
        return Feed(
            context,
            $"{PageHead.Site}: moderation",
            ModerationRoute.Feed.Path,
            "/moderation",
            newest.Select(done => Entry.Of(done, names.GetValueOrDefault(done.Tool, done.Tool)))
        );
    }

    private static IResult Feed(HttpContext context, string title, string path, string page, IEnumerable<Entry> entries)
    {
        var origin = context.Origin();
        var all = entries.ToList();
        var newest = all.Select(entry => entry.At).DefaultIfEmpty().Max();
        return Xml.Of(
            context,
            "application/atom+xml",
            new XElement(
                Atom + "feed",
                new XElement(Atom + "title", Xml.Text(title)),
                new XElement(Atom + "id", origin + path),
                new XElement(Atom + "updated", Time(newest)),
                new XElement(Atom + "author", new XElement(Atom + "name", PageHead.Site)),
                Link("self", "application/atom+xml", origin + path),
                Link("alternate", "text/html", origin + page),
                all.Select(entry => new XElement(
                    Atom + "entry",
                    new XElement(Atom + "title", Xml.Text(entry.Title)),
                    new XElement(Atom + "id", origin + entry.Path),
                    Link("alternate", "text/html", origin + entry.Path),
                    new XElement(Atom + "published", Time(entry.Published ?? newest)),
                    new XElement(Atom + "updated", Time(entry.Updated ?? entry.Published ?? newest)),
                    new XElement(Atom + "summary", Xml.Text(entry.Summary ?? entry.Title))
                ))
            )
        );
    }

    private static XElement Link(string relation, string type, string address) =>
        new(Atom + "link", new XAttribute("rel", relation), new XAttribute("type", type), new XAttribute("href", address));

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ");
}
