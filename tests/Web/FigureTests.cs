namespace Web.Tests;

/// <summary>Percentages and counts, the same on every page.</summary>
public class FigureTests
{
    [Theory]
    [InlineData("/", ".ranking [data-tool=cursor-2-0]")]
    [InlineData("/", ".hero [data-tool=cursor-2-0]")]
    [InlineData("/tools", ".row[data-tool=cursor-2-0]")]
    [InlineData("/categories/developer-tools", ".row[data-tool=cursor-2-0]")]
    [InlineData("/tools/cursor-2-0", ".stand[data-tool=cursor-2-0]")]
    [InlineData("/compare/cursor-2-0-vs-smolvlm2-2b", ".stand[data-tool=cursor-2-0]")]
    [InlineData("/votes", "[data-tool=cursor-2-0]")]
    public async Task A_percentage_of_under_ten_votes_is_called_early_wherever_it_is_shown(string path, string place)
    {
        await using var site = await Site.OpenAsync();
        site.Backend.Votes["cursor-2-0"] = (0, 1);
        var young = (await site.PageAsync(path, headers: ("Cookie", "voter=known-voter"))).QuerySelector(place)!;
        young.Words("[data-show=percent]").ShouldBe("0.0%");
        young.QuerySelector("[data-show=early]")!.HasAttribute("hidden").ShouldBeFalse();

        site.Backend.Votes["cursor-2-0"] = (6, 4);
        (await site.PageAsync(path, headers: ("Cookie", "voter=known-voter")))
            .QuerySelector(place)!
            .QuerySelector("[data-show=early]")!
            .HasAttribute("hidden")
            .ShouldBeTrue();
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/tools")]
    [InlineData("/categories/developer-tools")]
    [InlineData("/tools/cursor-2-0")]
    [InlineData("/compare/cursor-2-0-vs-smolvlm2-2b")]
    [InlineData("/votes")]
    public async Task Provable_wherever_a_percentage_of_votes_is_shown_it_links_to_its_proof_once_there_are_votes(string path)
    {
        await using var site = await Site.OpenAsync();
        site.Backend.Votes["cursor-2-0"] = (9, 3);
        var places = (await site.PageAsync(path, headers: ("Cookie", "voter=known-voter"))).QuerySelectorAll(
            "[data-tool]:has([data-show=percent])"
        );
        places.ShouldNotBeEmpty();
        foreach (var place in places)
        {
            var isVoted = !place.Words("[data-show=percent]").Contains('—');
            var link = place.QuerySelector("a[href*='/log/tally/']");
            (link is not null).ShouldBe(isVoted, place.OuterHtml);
            if (isVoted)
                link!.GetAttribute("href")!.ShouldEndWith("/log/tally/cursor-2-0");
        }
    }

    [Theory]
    [InlineData(1, 1, false)]
    [InlineData(6, 5, true)]
    [InlineData(610, 390, false)]
    [InlineData(25, 75, false)]
    public async Task Most_divided_are_tools_with_enough_votes_where_neither_side_is_sure_to_lead(int ship, int skip, bool divided)
    {
        await using var site = await Site.OpenAsync();
        site.Backend.Votes["cursor-2-0"] = (ship, skip);
        var page = await site.PageAsync("/");
        (page.QuerySelector("[aria-label='Most divided'] [data-tool=cursor-2-0]") is not null).ShouldBe(divided);
    }

    [Theory]
    [InlineData(1, 0, "100% 1 of 1 reviewer")]
    [InlineData(0, 1, "0% 0 of 1 reviewer")]
    [InlineData(2, 1, "67% 2 of 3 reviewers")]
    [InlineData(3, 1, "75% 3 of 4 reviewers")]
    [InlineData(299, 1, "99% 299 of 300 reviewers")]
    public async Task The_panels_share_is_a_whole_percentage_with_its_reviewers_counted(int ship, int skip, string words)
    {
        await using var site = await Site.OpenAsync();
        site.Backend.Tools["cursor-2-0"] = new(SampleCatalog.Cursor)
        {
            ["panel"] = new
            {
                ship,
                skip,
                shipPercent = 100.0 * ship / (ship + skip),
            },
        };
        (await site.PageAsync("/tools")).Words(".row .figures").ShouldStartWith($"Panel ship % {words}");
    }

    [Theory]
    [InlineData(0, 0, "", "")]
    [InlineData(1, 0, "1 vote held while we look into it", "")]
    [InlineData(1_430, 1, "1,430 votes held while we look into them", "1 vote was removed: see why")]
    [InlineData(0, 27, "", "27 votes were removed: see why")]
    public async Task Votes_that_are_not_counted_are_named_beside_the_numbers(long held, long isVoid, string heldWords, string voidWords)
    {
        await using var site = await Site.OpenAsync();
        site.Backend.Votes["cursor-2-0"] = (6, 4);
        site.Backend.Uncounted["cursor-2-0"] = (held, isVoid);
        foreach (var path in (string[])["/tools/cursor-2-0", "/compare/cursor-2-0-vs-smolvlm2-2b"])
        {
            var tool = await site.PageAsync(path);
            Shown("held").ShouldBe(heldWords, path);
            Shown("void").ShouldBe(voidWords, path);

            string Shown(string part)
            {
                var place = tool.QuerySelectorAll($"[data-tool=cursor-2-0] [data-show={part}]").ShouldHaveSingleItem();
                return place.ClassList.Contains("none") ? "" : place.Words();
            }
        }
    }

    [Fact]
    public async Task A_tool_without_votes_has_no_number_over_its_trend()
    {
        await using var site = await Site.OpenAsync();
        (await site.PageAsync("/tools/cursor-2-0")).Words(".trend figcaption").ShouldBe("No votes yet: the line begins with the first.");
    }

    [Fact]
    public async Task A_young_tools_trend_goes_by_the_hour()
    {
        await using var site = await Site.OpenAsync();
        site.Backend.Votes["cursor-2-0"] = (2, 1);
        foreach (var hours in (int[])[-50, -30, -5])
            site.Backend.Points.Add(
                new
                {
                    at = DateTimeOffset.UtcNow.AddHours(hours),
                    ship = 2,
                    skip = 1,
                    shipPercent = 66.7,
                }
            );
        (await site.PageAsync("/tools/cursor-2-0")).Words(".trend caption").ShouldContain("by hour");
    }
}
