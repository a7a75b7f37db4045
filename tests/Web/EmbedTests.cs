using System.IO.Compression;
using System.Net;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;

namespace Web.Tests;

/// <summary>A live verdict in a frame on other people's pages.</summary>
public class EmbedTests
{
    private const string Tool = "/embed/cursor-2-0";
    private const string Comparison = "/embed/compare/cursor-2-0-vs-smolvlm2-2b";

    [Fact]
    public async Task A_frame_says_the_verdict_and_leads_to_the_vote_and_to_the_numbers_proof()
    {
        await using var site = await Site.OpenAsync();
        site.Backend.Votes["cursor-2-0"] = (12, 3);
        var page = await site.PageAsync(Tool);
        var shown = Shown(page);
        shown.Words(".percent").ShouldBe("80.0%");
        shown.Words(".caption").ShouldBe("15 votes, likely between 54.8% and 93.0%");
        var origin = site.Address.GetLeftPart(UriPartial.Authority);
        var links = shown.QuerySelectorAll("a").ToDictionary(link => link.GetAttribute("part")!);
        links["percent"].GetAttribute("href").ShouldBe($"{origin}/log/tally/cursor-2-0");
        links["vote"].GetAttribute("href").ShouldBe($"{origin}/tools/cursor-2-0");
        links.Values.ShouldAllBe(link => link.GetAttribute("target") == "_blank" && link.GetAttribute("rel") == "noopener");
        shown.QuerySelectorAll("form, button, input").ShouldBeEmpty();
        page.QuerySelector("meta[name='responsive-embedded-sizing']").ShouldNotBeNull();
    }

    [Fact]
    public async Task A_comparisons_frame_has_both_tools_and_one_address()
    {
        await using var site = await Site.OpenAsync();
        var page = await site.PageAsync(Comparison);
        Shown(page).QuerySelectorAll(".verdict").Length.ShouldBe(2);
        page.QuerySelector("live-comparison")!.GetAttribute("tools").ShouldBe("cursor-2-0 smolvlm2-2b");
        using var reverse = await site.GetAsync("/embed/compare/smolvlm2-2b-vs-cursor-2-0?theme=dark");
        reverse.StatusCode.ShouldBe(HttpStatusCode.MovedPermanently);
        reverse.Headers.Location!.ToString().ShouldBe(Comparison + "?theme=dark");
    }

    [Theory]
    [InlineData(Tool)]
    [InlineData(Comparison)]
    public async Task Any_page_may_frame_an_embed_and_it_sets_no_cookie(string path)
    {
        await using var site = await Site.OpenAsync();
        using var answer = await site.GetAsync(path);
        var policy = answer.Headers.GetValues("Content-Security-Policy").ShouldHaveSingleItem();
        policy.ShouldEndWith("frame-ancestors *");
        policy.ShouldNotContain("unsafe");
        answer.Headers.GetValues("Cross-Origin-Resource-Policy").ShouldBe(["cross-origin"]);
        answer.Headers.CacheControl!.ToString().ShouldBe("no-cache");
        answer.Headers.Contains("Set-Cookie").ShouldBeFalse();
        answer.Headers.Contains("X-Frame-Options").ShouldBeFalse();
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/tools/cursor-2-0")]
    [InlineData("/compare/cursor-2-0-vs-smolvlm2-2b")]
    [InlineData("/vote/first?tool=cursor-2-0&choice=ship")]
    public async Task Own_vote_only_pages_with_votes_can_not_be_framed(string path)
    {
        await using var site = await Site.OpenAsync();
        using var answer = await site.GetAsync(path);
        answer.Headers.GetValues("Content-Security-Policy").Single().ShouldEndWith("frame-ancestors 'none'");
    }

    [Fact]
    public async Task Nobodys_votes_and_a_retired_tool_are_said_as_they_are()
    {
        await using var site = await Site.OpenAsync();
        var none = Shown(await site.PageAsync(Tool));
        none.Words(".percent").ShouldBe("—");
        none.Words(".caption").ShouldBe("No votes yet");
        none.QuerySelector("a[part='percent']").ShouldBeNull();
        site.Backend.Tools["night-owl"] = new(SampleCatalog.Split) { ["slug"] = "night-owl", ["retired"] = true };
        var retired = Shown(await site.PageAsync("/embed/night-owl"));
        retired.Words("[part='retired']").ShouldBe("Retired");
        retired.Words(".caption").ShouldBe("No votes were cast");
        retired.Words("[part='vote']").ShouldBe("See the verdicts");
    }

    [Fact]
    public async Task Without_live_numbers_a_frame_says_so_and_is_not_kept()
    {
        await using var site = await Site.OpenAsync();
        site.Backend.Down["Tally"] = true;
        using var answer = await site.GetAsync(Tool);
        answer.Headers.CacheControl!.ToString().ShouldBe("no-store");
        var page = await Site.ReadAsync(answer);
        page.QuerySelector("live-verdict")!.HasAttribute("stale").ShouldBeTrue();
        Shown(page).Words(".caption").ShouldBe("Live numbers are unavailable right now");
    }

    [Theory]
    [InlineData("en", "93.0%", "1,234 votes")]
    [InlineData("de", "93,0\u00a0%", "1.234 Stimmen")]
    [InlineData("fr", "93,0\u202f%", "1\u202f234 votes")]
    [InlineData("es", "93,0\u00a0%", "1.234 votos")]
    public async Task A_frame_speaks_the_publishers_language(string lang, string percent, string votes)
    {
        await using var site = await Site.OpenAsync();
        site.Backend.Votes["cursor-2-0"] = (1148, 86);
        var page = await site.PageAsync($"{Tool}?lang={lang}&theme=dark");
        page.DocumentElement.GetAttribute("lang").ShouldBe(lang);
        page.DocumentElement.GetAttribute("data-theme").ShouldBe("dark");
        Shown(page).QuerySelector(".percent")!.TextContent.ShouldBe(percent);
        Shown(page).QuerySelector(".caption")!.TextContent.ShouldStartWith(votes);
    }

    [Theory]
    [InlineData(Tool + "?theme=blue", 400)]
    [InlineData(Tool + "?lang=tlh", 400)]
    [InlineData(Tool + "?lang=", 400)]
    [InlineData(Comparison + "?theme=", 400)]
    [InlineData("/embed/nobody-knows-it", 404)]
    [InlineData("/embed/Not_A_Slug", 404)]
    [InlineData("/embed/compare/cursor-2-0", 404)]
    [InlineData("/embed/compare/cursor-2-0-vs-cursor-2-0", 404)]
    [InlineData("/embed/compare/cursor-2-0-vs-nobody-knows-it", 404)]
    public async Task What_no_frame_can_be_made_of_is_a_problem_in_json(string path, int status)
    {
        await using var site = await Site.OpenAsync();
        using var answer = await site.GetAsync(path);
        ((int)answer.StatusCode).ShouldBe(status);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
    }

    [Theory]
    [InlineData("br")]
    [InlineData("gzip")]
    public async Task The_component_is_one_file_of_at_most_8_kB_that_any_site_may_load(string encoding)
    {
        await using var site = await Site.OpenAsync();
        using var answer = await site.GetAsync("/embed.js", ("Accept-Encoding", encoding), ("Origin", "https://publisher.example"));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/javascript");
        answer.Headers.GetValues("Access-Control-Allow-Origin").ShouldBe(["*"]);
        answer.Headers.GetValues("Cross-Origin-Resource-Policy").ShouldBe(["cross-origin"]);
        answer.Headers.CacheControl!.MaxAge.ShouldBe(TimeSpan.FromHours(1));
        var compressed = await answer.Content.ReadAsByteArrayAsync();
        compressed.Length.ShouldBeLessThanOrEqualTo(8 * 1024);
        using var plain = new StreamReader(
            encoding == "br"
                ? new BrotliStream(new MemoryStream(compressed), CompressionMode.Decompress)
                : new GZipStream(new MemoryStream(compressed), CompressionMode.Decompress)
        );
        (await plain.ReadToEndAsync()).ShouldNotContain("import ");
        using var again = await site.GetAsync(
            "/embed.js",
            ("Accept-Encoding", encoding),
            ("If-None-Match", answer.Headers.ETag!.ToString())
        );
        again.StatusCode.ShouldBe(HttpStatusCode.NotModified);
    }

    private static IShadowRoot Shown(IHtmlDocument page) => page.QuerySelector("live-verdict, live-comparison")!.ShadowRoot!;
}
