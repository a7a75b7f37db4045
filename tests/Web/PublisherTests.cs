using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;

namespace Web.Tests;

/// <summary>Where a publisher gets the code of an embed.</summary>
public class PublisherTests
{
    [Fact]
    public async Task A_publisher_sees_the_embed_in_both_themes_and_the_code_of_all_its_forms()
    {
        await using var site = await Site.OpenAsync();
        var page = await site.PageAsync("/publishers?a=cursor-2-0");
        page.QuerySelectorAll("iframe")
            .Select(frame => frame.GetAttribute("src"))
            .ShouldBe(["/embed/cursor-2-0?theme=light&lang=en", "/embed/cursor-2-0?theme=dark&lang=en"]);
        var origin = site.Address.GetLeftPart(UriPartial.Authority);
        Code(page, "#component").QuerySelector("script")!.GetAttribute("src").ShouldBe($"{origin}/embed.js");
        Code(page, "#component")
            .QuerySelector("live-verdict[tool='cursor-2-0'] a")!
            .GetAttribute("href")
            .ShouldBe($"{origin}/tools/cursor-2-0");
        Code(page, "#frame").QuerySelector("iframe")!.GetAttribute("src").ShouldBe($"{origin}/embed/cursor-2-0");
        Code(page, "#badge-cursor-2-0").QuerySelector("a img")!.GetAttribute("src").ShouldBe($"{origin}/badge/cursor-2-0.svg?theme=auto");
    }

    [Fact]
    public async Task Two_tools_are_embedded_as_their_comparison_in_the_order_of_its_address()
    {
        await using var site = await Site.OpenAsync();
        var page = await site.PageAsync("/publishers?a=smolvlm2-2b&b=cursor-2-0&theme=dark&lang=de");
        var component = Code(page, "#component").QuerySelector("live-comparison")!;
        (component.GetAttribute("tools"), component.GetAttribute("theme"), component.GetAttribute("lang")).ShouldBe(
            ("cursor-2-0 smolvlm2-2b", "dark", "de")
        );
        Code(page, "#frame")
            .QuerySelector("iframe")!
            .GetAttribute("src")
            .ShouldEndWith("/embed/compare/cursor-2-0-vs-smolvlm2-2b?theme=dark&lang=de");
    }

    [Theory]
    [InlineData("/publishers")]
    [InlineData("/publishers?a=nobody-knows-it&theme=%22&lang=x")]
    [InlineData("/publishers?a=cursor-2-0&b=cursor-2-0")]
    public async Task Whatever_is_asked_for_there_is_something_to_choose(string path)
    {
        await using var site = await Site.OpenAsync();
        var page = await site.PageAsync(path);
        page.QuerySelectorAll("select[name='a'] option[selected]").Length.ShouldBe(1);
        Code(page, "#component").QuerySelector("live-verdict").ShouldNotBeNull();
    }

    [Theory]
    [InlineData("/tools/cursor-2-0", "/publishers?a=cursor-2-0")]
    [InlineData("/compare/cursor-2-0-vs-smolvlm2-2b", "/publishers?a=cursor-2-0&b=smolvlm2-2b")]
    public async Task A_page_leads_to_its_embed(string path, string to)
    {
        await using var site = await Site.OpenAsync();
        (await site.PageAsync(path)).QuerySelectorAll("main a").ShouldContain(link => link.GetAttribute("href") == to);
    }

    [Fact]
    public async Task The_page_frames_this_sites_embeds_only_and_nobody_frames_it()
    {
        await using var site = await Site.OpenAsync();
        using var answer = await site.GetAsync("/publishers");
        var policy = answer.Headers.GetValues("Content-Security-Policy").ShouldHaveSingleItem();
        policy.ShouldEndWith("frame-ancestors 'none'; frame-src 'self'");
    }

    private static IHtmlDocument Code(IHtmlDocument page, string selector) =>
        new HtmlParser().ParseDocument(page.QuerySelector(selector)!.TextContent);
}
