using System.Text.Json;

namespace Web.Tests;

public class ToolPageTests
{
    [Fact]
    public async Task Says_what_changed_and_when_in_plain_words()
    {
        await using var site = await Site.OpenAsync();
        site.Backend.Changes.AddRange([
            new
            {
                at = "2026-11-20T10:00:00Z",
                what = "verdict",
                name = "The Skeptic",
                from = "skip",
                to = "ship",
            },
            new
            {
                at = "2026-11-12T10:00:00Z",
                what = "plan",
                name = "Pro",
                from = "20 USD a month",
                to = "24.5 USD a month",
            },
            new
            {
                at = "2026-11-10T10:00:00Z",
                what = "plan",
                name = "Metered",
                from = (string?)null,
                to = "0.002 USD a use",
            },
            new
            {
                at = "2026-11-05T10:00:00Z",
                what = "entryPrice",
                from = "$20 a month",
                to = "Free",
            },
        ]);
        var page = await site.PageAsync("/tools/cursor-2-0");
        page.QuerySelectorAll(".changes li")
            .Select(line => line.Words())
            .ShouldBe([
                "20 November 2026 The Skeptic changed the verdict from skip to ship.",
                "12 November 2026 Plan Pro: was $20 a month, now $24.50 a month.",
                "10 November 2026 New plan Metered: $0.002 per use.",
                "5 November 2026 Entry price: was $20 a month, now Free.",
                "2 October 2026 Added to the catalog.",
            ]);
    }

    [Fact]
    public async Task Says_how_many_voters_found_their_vote_in_the_log_and_nothing_while_nobody_voted_or_voting_is_away()
    {
        await using var site = await Site.OpenAsync();
        (await site.PageAsync("/tools/cursor-2-0")).Body!.TextContent.ShouldNotContain("verified theirs");
        site.Backend.Verified["cursor-2-0"] = (312, 1204);
        (await site.PageAsync("/tools/cursor-2-0")).Body!.TextContent.ShouldContain("312 of 1,204 voters verified theirs");
        site.Backend.Verified["cursor-2-0"] = (0, 1);
        (await site.PageAsync("/tools/cursor-2-0")).Body!.TextContent.ShouldContain("0 of 1 voter verified theirs");

        site.Backend.Down["Voting"] = true;
        (await site.PageAsync("/tools/cursor-2-0")).Body!.TextContent.ShouldNotContain("verified theirs");
    }

    [Fact]
    public async Task Draws_the_communitys_trend_and_tells_it_in_a_table_too()
    {
        await using var site = await Site.OpenAsync();
        site.Backend.Votes["cursor-2-0"] = (4, 1);
        site.Backend.Points.AddRange([
            new
            {
                at = "2026-01-01T00:00:00Z",
                ship = 1,
                skip = 1,
                shipPercent = 50.0,
            },
            new
            {
                at = "2026-01-02T00:00:00Z",
                ship = 2,
                skip = 1,
                shipPercent = 66.7,
            },
            new
            {
                at = "2026-01-03T00:00:00Z",
                ship = 4,
                skip = 1,
                shipPercent = 80.0,
            },
        ]);
        var page = await site.PageAsync("/tools/cursor-2-0");

        var chart = page.QuerySelector("svg[role=img]")!;
        foreach (var id in chart.GetAttribute("aria-labelledby")!.Split(' '))
            page.GetElementById(id)!.TextContent.ShouldNotBeNullOrWhiteSpace();
        var corners = page.QuerySelector(".trend .share")!.GetAttribute("points")!.Split(' ');
        corners[0].ShouldBe("0,70", "half of all is half-way up");
        corners[^1].ShouldBe("594,31.6");
        page.QuerySelectorAll(".trend tbody tr")
            .Select(row => string.Join(' ', row.Children.Select(cell => cell.Words())))
            .ShouldBe(["now 4 1 80.0%", "2 January 2026 2 1 66.7%", "1 January 2026 1 1 50.0%"]);
        page.Words(".trend figcaption").ShouldBe("Ship % over time: 50.0% on 1 January 2026, 80.0% now.");
    }

    [Fact]
    public async Task Keeps_the_trends_room_before_the_first_vote_and_leaves_it_out_when_the_numbers_are_away()
    {
        await using var site = await Site.OpenAsync();
        var page = await site.PageAsync("/tools/cursor-2-0");
        page.QuerySelector(".trend .share")!.GetAttribute("points").ShouldBe("");
        page.QuerySelector(".trend details").ShouldBeNull();

        site.Backend.Down["Tally"] = true;
        (await site.PageAsync("/tools/cursor-2-0")).QuerySelector(".trend").ShouldBeNull();
    }

    [Fact]
    public async Task A_free_tool_without_plans_votes_or_reviews_offers_itself_to_search_engines_for_nothing_and_claims_no_rating()
    {
        await using var site = await Site.OpenAsync();
        site.Backend.Tools["night-owl"] = SampleCatalog.Tool("night-owl", "Night Owl");
        site.Backend.Tools["night-owl"]["plans"] = Array.Empty<object>();
        var data = await DataAsync(site);
        var offer = data.GetProperty("offers").EnumerateArray().ShouldHaveSingleItem();
        (
            offer.GetProperty("@type").GetString(),
            offer.GetProperty("price").GetDecimal(),
            offer.GetProperty("priceCurrency").GetString()
        ).ShouldBe(("Offer", 0m, "USD"));
        data.TryGetProperty("aggregateRating", out _).ShouldBeFalse();
        data.TryGetProperty("review", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task Sample_content_says_that_it_is_and_claims_no_persons_review()
    {
        await using var site = await Site.OpenAsync();
        (await site.PageAsync("/tools/night-owl")).QuerySelector(".sample").ShouldBeNull();
        (await DataAsync(site)).GetProperty("review").GetArrayLength().ShouldBe(3);

        site.Backend.Sample = true;
        foreach (var (slug, tool) in site.Backend.Tools.ToList())
            site.Backend.Tools[slug] = new(tool)
            {
                ["reviews"] = new[]
                {
                    new
                    {
                        reviewer = new
                        {
                            slug = "builder",
                            name = "The Builder",
                            role = "has to build on it",
                        },
                        verdict = "ship",
                        quote = "Does one thing.",
                        at = "2026-10-02T08:00:00Z",
                        sample = true,
                    },
                },
            };
        foreach (
            var path in (string[])["/", "/tools", "/tools/night-owl", "/categories/developer-tools", "/compare/cursor-2-0-vs-smolvlm2-2b"]
        )
            (await site.PageAsync(path)).Words(".sample").ShouldStartWith("Sample content.", customMessage: path);
        var page = await site.PageAsync("/tools/night-owl");
        page.Words(".verdict .tag").ShouldBe("Sample");
        page.QuerySelectorAll("script[type='application/ld+json']")
            .ShouldAllBe(script => !script.TextContent.Contains("Person", StringComparison.Ordinal));
    }

    private static async Task<JsonElement> DataAsync(Site site) =>
        (await site.PageAsync("/tools/night-owl"))
            .QuerySelectorAll("script[type='application/ld+json']")
            .Select(script => JsonDocument.Parse(script.TextContent).RootElement)
            .Single(data => data.GetProperty("@type").GetString() == "SoftwareApplication");
}
