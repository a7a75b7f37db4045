using System.Globalization;
using System.Net;
using System.Xml.Linq;

namespace Web.Tests;

/// <summary>The archive as an Atom feed (RFC 4287), for readers who would rather not give an address.</summary>
public class NewsletterFeedTests
{
    private const string Path = "/newsletter/feed.xml";
    private static readonly XNamespace Atom = "http://www.w3.org/2005/Atom";

    [Fact]
    public async Task It_has_everything_that_Atom_asks_of_a_feed_and_of_each_issue()
    {
        await using var site = await Site.OpenAsync("--Web:PublicOrigin=https://verdicts.example");
        using var answer = await site.GetAsync(Path);
        answer.Content.Headers.ContentType!.ToString().ShouldBe("application/atom+xml; charset=utf-8");
        var feed = XDocument.Parse(await answer.Content.ReadAsStringAsync()).Root!;

        feed.Name.ShouldBe(Atom + "feed");
        One(feed, "title").ShouldBe("Weekly AI Tool Verdicts");
        One(feed, "id").ShouldBe("https://verdicts.example/newsletter/feed.xml");
        Time(feed, "updated").ShouldBe(DateTimeOffset.Parse("2026-11-23T08:00:00Z", CultureInfo.InvariantCulture));
        One(feed.Element(Atom + "author")!, "name").ShouldNotBeEmpty();
        Links(feed)
            .ShouldBe([
                ("self", "application/atom+xml", "https://verdicts.example/newsletter/feed.xml"),
                ("alternate", "text/html", "https://verdicts.example/newsletter"),
            ]);

        var entry = feed.Elements(Atom + "entry").ShouldHaveSingleItem();
        One(entry, "title").ShouldBe("Week 48");
        One(entry, "id").ShouldBe("https://verdicts.example/newsletter/2026-w48");
        One(entry, "summary").ShouldBe("What changed.");
        Links(entry).ShouldBe([("alternate", "text/html", "https://verdicts.example/newsletter/2026-w48")]);
        Time(entry, "published").ShouldBe(Time(feed, "updated"));
        Time(entry, "updated").ShouldBe(Time(feed, "updated"));
        (await site.GetAsync("/newsletter/2026-w48")).StatusCode.ShouldBe(HttpStatusCode.OK, "the entry's link leads to the issue");
    }

    [Fact]
    public async Task What_an_issue_is_called_arrives_to_the_letter_and_breaks_nothing()
    {
        await using var site = await Site.OpenAsync();
        site.Backend.IssueTitle = "R&D <b>“Cursor”</b> ]]> vs 'Smol' \u0001\uFFFE日本";
        using var answer = await site.GetAsync(Path);
        var feed = XDocument.Parse(await answer.Content.ReadAsStringAsync()).Root!;
        One(feed.Element(Atom + "entry")!, "title").ShouldBe("R&D <b>“Cursor”</b> ]]> vs 'Smol' 日本");
        feed.Element(Atom + "entry")!.Element(Atom + "title")!.Attribute("type").ShouldBeNull("it is text, whatever it looks like");
    }

    [Fact]
    public async Task A_client_with_the_newest_issue_gets_304_until_there_is_another()
    {
        await using var site = await Site.OpenAsync();
        using var first = await site.GetAsync(Path);
        var tag = first.Headers.ETag!.ToString();
        using var again = await site.GetAsync(Path, ("If-None-Match", tag));
        again.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        (await again.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();

        site.Backend.IssueTitle = "Week 48, corrected";
        using var changed = await site.GetAsync(Path, ("If-None-Match", tag));
        changed.StatusCode.ShouldBe(HttpStatusCode.OK);
        changed.Headers.ETag!.ToString().ShouldNotBe(tag);
    }

    private static string One(XElement of, string name) => of.Elements(Atom + name).ShouldHaveSingleItem().Value;

    private static DateTimeOffset Time(XElement of, string name) =>
        DateTimeOffset.ParseExact(One(of, name), "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private static IEnumerable<(string?, string?, string?)> Links(XElement of) =>
        of.Elements(Atom + "link")
            .Select(link => (link.Attribute("rel")?.Value, link.Attribute("type")?.Value, link.Attribute("href")?.Value));
}
