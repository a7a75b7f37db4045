using System.Net;
using System.Text.Json;
using System.Xml.Linq;

namespace Web.Tests;

/// <summary>A tool's verdict on other people's pages.</summary>
public class BadgeTests
{
    private const string Path = "/badge/cursor-2-0.svg";

    [Theory]
    [InlineData(12, 3, "80.0% ship · 15 votes", "14614f")]
    [InlineData(1, 30, "3.2% ship · 31 votes", "a1400f")]
    [InlineData(10, 10, "50.0% ship · 20 votes", "555d66")]
    [InlineData(3, 0, "100.0% ship · 3 votes, early", "555d66")]
    [InlineData(0, 0, "no votes yet", "555d66")]
    public async Task A_badge_says_the_verdict_and_how_many_made_it(long ship, long skip, string message, string color)
    {
        await using var site = await Site.OpenAsync();
        site.Backend.Votes["cursor-2-0"] = (ship, skip);
        using var answer = await site.GetAsync(Path);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("image/svg+xml");
        answer.Headers.GetValues("Access-Control-Allow-Origin").ShouldBe(["*"]);
        answer.Headers.GetValues("Cross-Origin-Resource-Policy").ShouldBe(["cross-origin"]);
        answer.Headers.Contains("Set-Cookie").ShouldBeFalse();
        var svg = XDocument.Parse(await answer.Content.ReadAsStringAsync()).Root!;
        svg.Element(svg.Name.Namespace + "title")!.Value.ShouldBe($"community: {message}");
        svg.Element(svg.Name.Namespace + "desc")!.Value.ShouldNotBeEmpty();
        svg.Attribute("height")!.Value.ShouldBe("20");
        // Without a vote there is nothing to prove yet.
        var link = svg.Descendants(svg.Name.Namespace + "a").Single().Attribute("href")!.Value;
        link.ShouldEndWith(ship + skip > 0 ? "/log/tally/cursor-2-0" : "/tools/cursor-2-0");

        var shields = JsonDocument.Parse(await (await site.GetAsync("/badge/cursor-2-0.json")).Content.ReadAsStringAsync()).RootElement;
        shields.GetProperty("schemaVersion").GetInt32().ShouldBe(1);
        (
            shields.GetProperty("label").GetString(),
            shields.GetProperty("message").GetString(),
            shields.GetProperty("color").GetString()
        ).ShouldBe(("community", message, color));
        shields.TryGetProperty("isError", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task A_proxy_that_asks_again_is_told_whether_the_number_moved()
    {
        await using var site = await Site.OpenAsync();
        using var first = await site.GetAsync(Path);
        first.Headers.CacheControl!.ToString().ShouldBe("no-cache");
        var tag = first.Headers.ETag!.ToString();
        using var same = await site.GetAsync(Path, ("If-None-Match", tag));
        same.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        site.Backend.Votes["cursor-2-0"] = (30, 1);
        using var moved = await site.GetAsync(Path, ("If-None-Match", tag));
        moved.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_retired_tools_badge_says_so()
    {
        await using var site = await Site.OpenAsync();
        site.Backend.Tools["night-owl"] = new(SampleCatalog.Split) { ["slug"] = "night-owl", ["retired"] = true };
        (await (await site.GetAsync("/badge/night-owl.svg")).Content.ReadAsStringAsync()).ShouldContain("retired");
    }

    [Fact]
    public async Task Without_live_numbers_a_badge_says_that_and_no_cache_keeps_it()
    {
        await using var site = await Site.OpenAsync();
        site.Backend.Down["Tally"] = true;
        using var answer = await site.GetAsync("/badge/cursor-2-0.json");
        answer.Headers.CacheControl!.ToString().ShouldBe("no-store");
        answer.Headers.ETag.ShouldBeNull();
        var shields = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        (shields.GetProperty("message").GetString(), shields.GetProperty("isError").GetBoolean()).ShouldBe(("unavailable", true));
    }

    [Theory]
    [InlineData("?theme=light", false)]
    [InlineData("?theme=auto", true)]
    public async Task A_badge_follows_the_readers_theme_when_asked_to(string query, bool follows)
    {
        await using var site = await Site.OpenAsync();
        (await (await site.GetAsync(Path + query)).Content.ReadAsStringAsync()).Contains("prefers-color-scheme").ShouldBe(follows);
    }

    [Theory]
    [InlineData("?label=ship%20it", "ship it")]
    [InlineData("?label=%3Cscript%3E%26%22", "<script>&\"")]
    [InlineData("?label=通义", "通义")]
    [InlineData("?label=", "community")]
    public async Task A_label_is_text_whatever_it_holds(string query, string label)
    {
        await using var site = await Site.OpenAsync();
        var svg = XDocument.Parse(await (await site.GetAsync(Path + query)).Content.ReadAsStringAsync()).Root!;
        svg.Element(svg.Name.Namespace + "title")!.Value.ShouldStartWith(label + ": ");
        svg.Descendants().ShouldNotContain(element => element.Name.LocalName == "script");
    }

    [Theory]
    [InlineData("/badge/cursor-2-0.svg?theme=blue", 400)]
    [InlineData("/badge/cursor-2-0.svg?label=%00", 400)]
    [InlineData("/badge/cursor-2-0.json?label=01234567890123456789012345678901234567890", 400)]
    [InlineData("/badge/nobody-knows-it.svg", 404)]
    [InlineData("/badge/nobody-knows-it.json", 404)]
    [InlineData("/badge/Not_A_Slug.svg", 404)]
    public async Task What_no_badge_can_be_made_of_is_a_problem_in_json(string path, int status)
    {
        await using var site = await Site.OpenAsync();
        using var answer = await site.GetAsync(path);
        ((int)answer.StatusCode).ShouldBe(status);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
    }
}
