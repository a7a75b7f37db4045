using System.Net;
using System.Text.RegularExpressions;

namespace Web.Tests;

/// <summary>The quick start for developers, and the API reference.</summary>
public partial class DeveloperTests
{
    [Fact]
    public async Task The_quick_start_names_this_site_and_leads_to_the_reference()
    {
        await using var site = await Site.OpenAsync();
        var page = await site.PageAsync("/developers");
        page.Words("main").ShouldContain($"curl {site.Address.GetLeftPart(UriPartial.Authority)}/api/tallies/cursor-2-0");
        page.QuerySelectorAll("main a").ShouldContain(link => link.GetAttribute("href") == "/developers/reference/");
        page.QuerySelectorAll("script").ShouldNotContain(script => (script.GetAttribute("src") ?? "").Contains("scalar"));
    }

    [Fact]
    public async Task The_reference_loads_nothing_from_elsewhere_and_has_a_policy_of_its_own()
    {
        await using var site = await Site.OpenAsync();
        using var answer = await site.GetAsync("/developers/reference/");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var policy = answer.Headers.GetValues("Content-Security-Policy").ShouldHaveSingleItem();
        policy.ShouldContain("frame-ancestors 'none'");
        var nonce = Nonce().Match(policy).Groups[1].Value;
        var page = await Site.ReadAsync(answer);
        page.QuerySelectorAll("script").ShouldAllBe(script => script.GetAttribute("nonce") == nonce);
        page.QuerySelectorAll("script, link")
            .Select(element => element.GetAttribute("src") ?? element.GetAttribute("href"))
            .OfType<string>()
            .ShouldAllBe(address => !address.Contains("//"));
        using var again = await site.GetAsync("/developers/reference/");
        Nonce().Match(again.Headers.GetValues("Content-Security-Policy").Single()).Groups[1].Value.ShouldNotBe(nonce);
        (await site.GetAsync("/developers/reference/scalar.js")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [GeneratedRegex("'nonce-([^']+)'")]
    private static partial Regex Nonce();
}
