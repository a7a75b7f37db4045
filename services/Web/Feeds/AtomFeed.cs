using System.Xml.Linq;

namespace Web;

/// <summary><c>/feed.xml</c>: the newest comparisons as an Atom feed.</summary>
internal static class AtomFeed
{
    private static readonly XNamespace Atom = "http://www.w3.org/2005/Atom";

    public static async Task<IResult> ShowAsync(HttpContext context, CatalogReader catalog)
    {
        var comparisons = (await catalog.ComparisonsAsync(null, null, 1, context.RequestAborted)).Comparisons;
        var origin = context.Origin();
        var newest = comparisons.Select(comparison => comparison.UpdatedAt ?? comparison.PublishedAt ?? default).DefaultIfEmpty().Max();
        return Xml.Of("application/atom+xml", new XElement(Atom + "feed",
            new XElement(Atom + "title", $"{PageHead.Site}: comparisons"),
            new XElement(Atom + "id", origin + "/feed.xml"),
            new XElement(Atom + "updated", Time(newest)),
            new XElement(Atom + "author", new XElement(Atom + "name", PageHead.Site)),
            new XElement(Atom + "link", new XAttribute("rel", "self"), new XAttribute("href", origin + "/feed.xml")),
            new XElement(Atom + "link", new XAttribute("href", origin + "/")),
            comparisons.Select(comparison => new XElement(Atom + "entry",
                new XElement(Atom + "title", Xml.Text(comparison.Title)),
                new XElement(Atom + "id", origin + comparison.Path),
                new XElement(Atom + "link", new XAttribute("href", origin + comparison.Path)),
                new XElement(Atom + "published", Time(comparison.PublishedAt ?? newest)),
                new XElement(Atom + "updated", Time(comparison.UpdatedAt ?? comparison.PublishedAt ?? newest)),
                new XElement(Atom + "summary", Xml.Text(comparison.Summary ?? comparison.Title))))));
    }

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ");
}
