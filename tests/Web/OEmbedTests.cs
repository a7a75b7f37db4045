using System.Net;
using System.Text.Json;
using System.Xml.Linq;
using AngleSharp.Html.Parser;

namespace Web.Tests;

/// <summary>An address of a tool or a comparison that becomes a frame when it is pasted elsewhere.</summary>
public class OEmbedTests
{
    [Theory]
    [InlineData("/tools/cursor-2-0", "Cursor 2.0", "/embed/cursor-2-0")]
    [InlineData("/tools/halo-vs", "Cursor 2.0", "/embed/cursor-2-0")]
    [InlineData("/tools/cursor-2-0?from=mail#panel", "Cursor 2.0", "/embed/cursor-2-0")]
    [InlineData("/compare/smolvlm2-2b-vs-cursor-2-0", "Cursor 2.0 vs SmolVLM2-2B", "/embed/compare/cursor-2-0-vs-smolvlm2-2b")]
    public async Task An_address_of_this_site_becomes_a_frame(string page, string title, string frame)
    {
        await using var site = await Site.OpenAsync();
        using var answer = await AskAsync(site, page);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        answer.Headers.GetValues("Access-Control-Allow-Origin").ShouldBe(["*"]);
        var found = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        found.GetProperty("version").GetString().ShouldBe("1.0");
        found.GetProperty("type").GetString().ShouldBe("rich");
        found.GetProperty("title").GetString().ShouldBe(title);
        found.GetProperty("thumbnail_url").GetString().ShouldEndWith("/card.png");
        var html = new HtmlParser().ParseDocument(found.GetProperty("html").GetString()!).QuerySelector("iframe")!;
        html.GetAttribute("src").ShouldBe(OriginOf(site) + frame);
        html.GetAttribute("width").ShouldBe(found.GetProperty("width").GetInt32().ToString());
        html.GetAttribute("height").ShouldBe(found.GetProperty("height").GetInt32().ToString());
        html.GetAttribute("title").ShouldNotBeNullOrEmpty();
        using var shown = await site.GetAsync(html.GetAttribute("src")!);
        shown.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Xml_says_the_same_as_json()
    {
        await using var site = await Site.OpenAsync();
        using var xml = await AskAsync(site, "/tools/cursor-2-0", "&format=xml");
        xml.Content.Headers.ContentType!.MediaType.ShouldBe("text/xml");
        var root = XDocument.Parse(await xml.Content.ReadAsStringAsync()).Root!;
        root.Name.LocalName.ShouldBe("oembed");
        using var json = await AskAsync(site, "/tools/cursor-2-0", "&format=json");
        root.Elements()
            .ToDictionary(element => element.Name.LocalName, element => element.Value)
            .ShouldBe(
                JsonDocument
                    .Parse(await json.Content.ReadAsStringAsync())
                    .RootElement.EnumerateObject()
                    .ToDictionary(member => member.Name, member => member.Value.ToString())
            );
    }

    [Theory]
    [InlineData("&maxwidth=300&maxheight=120", 300, 120, false)]
    [InlineData("&maxwidth=1199", 400, 250, false)]
    [InlineData("&maxwidth=1200&maxheight=630", 400, 250, true)]
    public async Task Nothing_is_larger_than_was_asked_for(string query, int width, int height, bool picture)
    {
        await using var site = await Site.OpenAsync();
        using var answer = await AskAsync(site, "/tools/cursor-2-0", query);
        var found = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        (found.GetProperty("width").GetInt32(), found.GetProperty("height").GetInt32()).ShouldBe((width, height));
        found.TryGetProperty("thumbnail_url", out _).ShouldBe(picture);
        found.TryGetProperty("thumbnail_width", out _).ShouldBe(picture);
    }

    [Theory]
    [InlineData("/tools/nobody-knows-it", "", 404)]
    [InlineData("/compare/cursor-2-0-vs-cursor-2-0", "", 404)]
    [InlineData("/methodology", "", 404)]
    [InlineData("/", "", 404)]
    [InlineData("/tools/cursor-2-0", "&format=yaml", 501)]
    [InlineData("/tools/cursor-2-0", "&maxwidth=wide", 400)]
    [InlineData("/tools/cursor-2-0", "&maxheight=0", 400)]
    [InlineData("/tools/cursor-2-0", "&maxwidth=-1", 400)]
    public async Task What_can_not_be_embedded_is_a_problem_in_json(string page, string query, int status)
    {
        await using var site = await Site.OpenAsync();
        using var answer = await AskAsync(site, page, query);
        ((int)answer.StatusCode).ShouldBe(status);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
    }

    [Theory]
    [InlineData("/oembed", 400)]
    [InlineData("/oembed?url=https%3A%2F%2Felsewhere.example%2Ftools%2Fcursor-2-0", 404)]
    [InlineData("/oembed?url=%2Ftools%2Fcursor-2-0", 404)]
    [InlineData("/oembed?url=javascript%3Aalert(1)", 404)]
    public async Task Only_addresses_of_this_site_are_known(string path, int status)
    {
        await using var site = await Site.OpenAsync();
        using var answer = await site.GetAsync(path);
        ((int)answer.StatusCode).ShouldBe(status);
    }

    [Theory]
    [InlineData("/tools/cursor-2-0")]
    [InlineData("/compare/cursor-2-0-vs-smolvlm2-2b")]
    public async Task A_page_says_where_its_frame_is_described(string path)
    {
        await using var site = await Site.OpenAsync();
        var page = await site.PageAsync(path);
        foreach (var (type, format) in ((string, string)[])[("application/json+oembed", "json"), ("text/xml+oembed", "xml")])
        {
            var address = page.QuerySelector($"link[rel='alternate'][type='{type}']")!.GetAttribute("href")!;
            address.ShouldEndWith("format=" + format);
            using var answer = await site.GetAsync(address);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        }
    }

    private static Task<HttpResponseMessage> AskAsync(Site site, string page, string query = "") =>
        site.GetAsync($"/oembed?url={Uri.EscapeDataString(OriginOf(site) + page)}{query}");

    private static string OriginOf(Site site) => site.Address.GetLeftPart(UriPartial.Authority);
}
