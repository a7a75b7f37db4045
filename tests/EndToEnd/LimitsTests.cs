using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace EndToEnd.Tests;

/// <summary>What a person reads who meets a limit: a page with a way on, never a program's answer.</summary>
public class LimitsTests(Site site)
{
    [Fact]
    public async Task A_limited_reader_learns_what_became_of_the_vote_and_when_to_come_back()
    {
        await using var strict = new StandaloneProcess("--RateLimits:CostlyPerSecond=1", "--Quota:PerAddressHourly=1");
        await strict.StartAsync();
        await using var without = new Reader(
            await site.Browser.NewContextAsync(new() { BaseURL = strict.Address.ToString(), JavaScriptEnabled = false })
        );
        await using var first = new Reader(await site.Browser.NewContextAsync(new() { BaseURL = strict.Address.ToString() }));
        await using var second = new Reader(await site.Browser.NewContextAsync(new() { BaseURL = strict.Address.ToString() }));
        await using var third = new Reader(await site.Browser.NewContextAsync(new() { BaseURL = strict.Address.ToString() }));

        var voted = await first.OpenAsync();
        await voted.Button("Ship", "Cursor 2.0").ClickAsync();
        await Expect(voted.OwnVote("cursor-2-0")).ToHaveTextAsync("Your vote: ship.");
        var refused = await second.OpenAsync();
        await refused.Button("Ship", "Cursor 2.0").ClickAsync();
        // The page does the work that is asked of it, and says what became of the vote.
        await Expect(refused.OwnVote("cursor-2-0"))
            .ToContainTextAsync("Recorded, not counted yet: many first votes came from your network", new() { Timeout = 60_000 });
        await Expect(refused.Locator(".thanks")).ToContainTextAsync("It joins the numbers once it counts.");

        var plain = await without.OpenAsync();
        await plain.Button("Ship", "Cursor 2.0").ClickAsync();
        await plain.GetByRole(AriaRole.Button, new() { Name = "Set the cookie and vote ship" }).ClickAsync();
        await Expect(plain.Locator("h1")).ToHaveTextAsync("Many new voters came from your network");
        await Expect(plain.Locator("main")).ToContainTextAsync("Please try again in");
        var form = await third.OpenAsync();
        await form.VoteAsWithoutScriptAsync("ship");
        await form.GetByRole(AriaRole.Button, new() { Name = "Set the cookie and vote ship" }).ClickAsync();
        await Expect(form.Locator("h1")).ToHaveTextAsync("Many new voters came from your network");
        await form.ShouldMeetWcagAsync();

        var search = await first.OpenAsync("/tools?q=code");
        for (var searches = 0; searches < 100 && (await search.ReloadAsync())!.Status != 429; searches++) { }

        await Expect(search.Locator("h1")).ToHaveTextAsync("That was a little fast");
        await Expect(search.Locator("main")).ToContainTextAsync("Please try again in");
        await search.ShouldMeetWcagAsync();
    }
}
