using System.Net;
using System.Xml.Linq;

namespace Web.Tests;

/// <summary>What everybody reads of the gate, of floods, and of what was done about them.</summary>
public class IntegrityTests
{
    private static readonly XNamespace Atom = "http://www.w3.org/2005/Atom";

    [Fact]
    public async Task A_tool_whose_maker_had_it_flooded_says_so_and_until_when()
    {
        await using var site = await Site.OpenAsync();
        site.Backend.Flooded = ("cursor-2-0", DateTimeOffset.UtcNow.AddDays(1));
        var page = await Site.ReadAsync(await site.GetAsync("/tools/cursor-2-0"));
        page.Words(".notice").ShouldContain("removed 90 votes that this tool’s own maker had brought in");
        page.QuerySelector(".notice a")!.GetAttribute("href").ShouldBe("/moderation?tool=cursor-2-0");
        (await Site.ReadAsync(await site.GetAsync("/tools/smolvlm2-2b"))).QuerySelector(".notice").ShouldBeNull();
    }

    [Fact]
    public async Task A_notice_is_gone_after_its_last_day_and_a_page_does_without_when_Voting_is_down()
    {
        await using var site = await Site.OpenAsync();
        site.Backend.Flooded = ("cursor-2-0", DateTimeOffset.UtcNow.AddMinutes(-1));
        (await Site.ReadAsync(await site.GetAsync("/tools/cursor-2-0"))).QuerySelector(".notice").ShouldBeNull();
        await using var other = await Site.OpenAsync("--Web:LiveTimeout=00:00:00.2");
        other.Backend.Down["Voting"] = true;
        (await other.GetAsync("/tools/cursor-2-0")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await Site.ReadAsync(await other.GetAsync("/methodology"))).Body!.TextContent.ShouldContain("figures are unavailable right now");
    }

    [Fact]
    public async Task The_methodology_shows_what_the_gate_did_in_the_last_day()
    {
        await using var site = await Site.OpenAsync();
        var page = await Site.ReadAsync(await site.GetAsync("/methodology"));
        var rows = page.QuerySelectorAll("#integrity ~ .prices tr").Select(row => row.TextContent.Trim()).ToList();
        rows.ShouldContain(row => row.Contains("Counted at once") && row.Contains("1,234"));
        rows.ShouldContain(row => row.Contains("held") && row.Contains("56"));
        rows.ShouldContain(row => row.Contains("on the tool from one network") && row.Contains("70"));
    }

    [Fact]
    public async Task What_was_done_to_votes_is_a_feed_whose_links_lead_to_it()
    {
        await using var site = await Site.OpenAsync("--Web:PublicOrigin=https://verdicts.example");
        using var answer = await site.GetAsync("/moderation/feed.xml");
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/atom+xml");
        var entry = XDocument.Parse(await answer.Content.ReadAsStringAsync()).Root!.Elements(Atom + "entry").ShouldHaveSingleItem();
        entry.Element(Atom + "title")!.Value.ShouldBe("Cursor 2.0: Removed 90 votes");
        entry.Element(Atom + "summary")!.Value.ShouldBe("−90 ship. A flood of votes by the tool’s own maker. Thirty networks.");
        entry.Element(Atom + "id")!.Value.ShouldBe("https://verdicts.example/moderation?tool=cursor-2-0#m7");
        (await Site.ReadAsync(await site.GetAsync("/moderation?tool=cursor-2-0"))).QuerySelector("#m7").ShouldNotBeNull();
        (await Site.ReadAsync(await site.GetAsync("/moderation")))
            .QuerySelector("link[type='application/atom+xml'][href='/moderation/feed.xml']")
            .ShouldNotBeNull();
    }
}
