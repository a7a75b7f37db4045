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
}
