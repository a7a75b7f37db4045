using System.Net;
using System.Xml.Linq;

namespace Web.Tests;

/// <summary>What a reader or a crawler has already is not sent again, and never kept too long.</summary>
public class ConditionalTests
{
    private const string Comparison = "/compare/cursor-2-0-vs-smolvlm2-2b";

    [Theory]
    [InlineData("/")]
    [InlineData("/tools")]
    [InlineData("/tools/cursor-2-0")]
    [InlineData(Comparison)]
    [InlineData("/categories/developer-tools")]
    [InlineData("/methodology")]
    [InlineData("/feed.xml")]
    [InlineData("/categories/developer-tools/feed.xml")]
    [InlineData("/newsletter/feed.xml")]
    [InlineData("/sitemap.xml")]
    public async Task What_has_not_changed_is_not_sent_again_compressed_or_not(string path)
    {
        await using var site = await Site.OpenAsync();
        using var first = await site.GetAsync(path, ("Accept-Encoding", "br"));
        using var again = await site.GetAsync(path, ("If-None-Match", first.Headers.ETag!.ToString()));
        again.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        again.Headers.ETag.ShouldBe(first.Headers.ETag);
        (await again.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_vote_an_edit_and_another_reader_each_make_it_another_page()
    {
        await using var site = await Site.OpenAsync();
        async Task<string> TagAsync(params (string, string)[] headers)
        {
            using var answer = await site.GetAsync(Comparison, headers);
            return answer.Headers.ETag!.Tag;
        }

        var tags = new List<string> { await TagAsync(), await TagAsync(("Cookie", "voter=known-voter")) };
        site.Backend.Votes["cursor-2-0"] = (1, 0);
        tags.Add(await TagAsync());
        site.Backend.Tools["cursor-2-0"] = new(SampleCatalog.Cursor) { ["tagline"] = "Another line" };
        tags.Add(await TagAsync());
        site.Backend.Down["Tally"] = true;
        tags.Add(await TagAsync());
        tags.ShouldBeUnique();
    }

    [Fact]
    public async Task What_Catalog_said_is_not_read_again_while_it_stands_and_an_edit_shows_at_once()
    {
        await using var site = await Site.OpenAsync();
        // With a cookie, so that each page is rendered.
        async Task<string> ReadAsync()
        {
            using var answer = await site.GetAsync(Comparison, ("Cookie", "voter=known-voter"));
            return await answer.Content.ReadAsStringAsync();
        }

        var first = await ReadAsync();
        var before = site.Backend.Spared;
        (await ReadAsync()).ShouldBe(first);
        site.Backend.Spared.ShouldBeGreaterThanOrEqualTo(before + 3);
        site.Backend.Tools["cursor-2-0"] = new(SampleCatalog.Cursor) { ["tagline"] = "Another line" };
        (await ReadAsync()).ShouldContain("Another line");
        site.Backend.Tools["cursor-2-0"] = SampleCatalog.Cursor;
        (await ReadAsync()).ShouldNotContain("Another line");
    }

    [Fact]
    public async Task The_readers_own_votes_and_errors_bear_no_tag()
    {
        await using var site = await Site.OpenAsync();
        (await site.GetAsync("/votes", ("Cookie", "voter=known-voter"))).Headers.ETag.ShouldBeNull();
        (await site.GetAsync("/nowhere")).Headers.ETag.ShouldBeNull();
    }

    [Fact]
    public async Task A_category_has_a_feed_of_its_comparisons_and_tools_and_its_page_names_it()
    {
        await using var site = await Site.OpenAsync("--Web:PublicOrigin=https://verdicts.example");
        var page = await site.PageAsync("/categories/developer-tools");
        page.QuerySelectorAll("link[rel=alternate][type='application/atom+xml']")
            .Select(link => link.GetAttribute("href"))
            .ShouldBe(["/feed.xml", "/categories/developer-tools/feed.xml"]);

        using var answer = await site.GetAsync("/categories/developer-tools/feed.xml");
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/atom+xml");
        XNamespace atom = "http://www.w3.org/2005/Atom";
        var entries = XDocument
            .Parse(await answer.Content.ReadAsStringAsync())
            .Root!.Elements(atom + "entry")
            .Select(entry => entry.Element(atom + "id")!.Value)
            .ToList();
        entries.ShouldContain($"https://verdicts.example{Comparison}");
        entries.ShouldContain("https://verdicts.example/tools/night-owl");
        (await site.GetAsync("/categories/nothing/feed.xml")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task The_newsletter_has_a_feed_of_its_issues_and_its_pages_and_the_site_map_name_it()
    {
        await using var site = await Site.OpenAsync("--Web:PublicOrigin=https://verdicts.example");
        foreach (var path in new[] { "/newsletter", "/newsletter/2026-w48" })
            (await site.PageAsync(path))
                .QuerySelectorAll("link[rel=alternate][type='application/atom+xml']")
                .Select(link => link.GetAttribute("href"))
                .ShouldBe(["/feed.xml", "/newsletter/feed.xml"]);
        (await (await site.GetAsync("/sitemap.xml")).Content.ReadAsStringAsync()).ShouldContain(
            "<loc>https://verdicts.example/newsletter/feed.xml</loc>"
        );

        using var answer = await site.GetAsync("/newsletter/feed.xml");
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/atom+xml");
        XNamespace atom = "http://www.w3.org/2005/Atom";
        var feed = XDocument.Parse(await answer.Content.ReadAsStringAsync()).Root!;
        feed.Element(atom + "title")!.Value.ShouldBe("Weekly AI Tool Verdicts");
        feed.Elements(atom + "entry")
            .Select(entry => entry.Element(atom + "id")!.Value)
            .ShouldBe(["https://verdicts.example/newsletter/2026-w48"]);

        // No feed is better than an empty one, which would say that the issues are gone.
        site.Backend.Down["Newsletter"] = true;
        (await site.GetAsync("/newsletter/feed.xml")).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
    }

    [Fact]
    public async Task The_site_map_dates_tools_categories_and_comparisons()
    {
        await using var site = await Site.OpenAsync("--Web:PublicOrigin=https://verdicts.example");
        using var answer = await site.GetAsync("/sitemap.xml");
        XNamespace map = "http://www.sitemaps.org/schemas/sitemap/0.9";
        var dates = XDocument
            .Parse(await answer.Content.ReadAsStringAsync())
            .Root!.Elements(map + "url")
            .ToDictionary(place => place.Element(map + "loc")!.Value, place => place.Element(map + "lastmod")?.Value);
        foreach (var path in new[] { "/", "/tools", Comparison, "/tools/cursor-2-0", "/categories/developer-tools" })
            dates["https://verdicts.example" + path].ShouldBe("2026-11-03", path);
    }
}
