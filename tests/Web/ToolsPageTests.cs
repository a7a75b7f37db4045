namespace Web.Tests;

public class ToolsPageTests
{
    [Fact]
    public async Task The_communitys_order_is_by_how_sure_the_share_is_and_not_by_the_share()
    {
        await using var site = await Site.OpenAsync();
        site.Backend.Votes["cursor-2-0"] = (3, 0);
        site.Backend.Votes["smolvlm2-2b"] = (80, 20);
        var page = await site.PageAsync("/tools?sort=community");
        page.QuerySelectorAll(".rows h2").Select(name => name.Words()).ShouldBe(["SmolVLM2-2B", "Cursor 2.0", "Night Owl"]);
    }

    [Fact]
    public async Task A_tool_with_votes_from_a_few_networks_leads_no_order_and_shows_its_numbers()
    {
        await using var site = await Site.OpenAsync();
        site.Backend.Votes["cursor-2-0"] = (20, 0);
        site.Backend.Votes["smolvlm2-2b"] = (8, 4);
        site.Backend.Unranked.Add("cursor-2-0");
        var page = await site.PageAsync("/tools?sort=community");
        page.QuerySelectorAll(".rows h2").Select(name => name.Words()).ShouldBe(["SmolVLM2-2B", "Cursor 2.0", "Night Owl"]);
        page.QuerySelector("[data-tool=cursor-2-0]")!.Words("[data-show=percent]").ShouldBe("100.0%");
    }

    [Theory]
    [InlineData("/tools?sort=panel", "/tools")]
    [InlineData("/tools?q=cursor&sort=price", "/tools")]
    [InlineData("/tools?page=2", "/tools?page=2")]
    public async Task The_same_tools_in_another_order_are_no_page_of_their_own(string path, string canonical)
    {
        await using var site = await Site.OpenAsync();
        var page = await site.PageAsync(path);
        page.QuerySelector("link[rel=canonical]")!.GetAttribute("href").ShouldEndWith(canonical);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?a=cursor-2-0")]
    [InlineData("?a=smolvlm2-2b")]
    [InlineData("?b=cursor-2-0")]
    public async Task The_picker_never_proposes_to_compare_a_tool_with_itself(string query)
    {
        await using var site = await Site.OpenAsync();
        var page = await site.PageAsync("/compare" + query);
        var picked = page.QuerySelectorAll("select")
            .Select(select => select.QuerySelector("option[selected]")!.GetAttribute("value")!)
            .ToList();
        picked.Count.ShouldBe(2);
        picked.ShouldBeUnique();
        if (query.Length > 0)
            picked[query[1] == 'a' ? 0 : 1].ShouldBe(query[3..]);
    }
}
