using Microsoft.Playwright;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace EndToEnd.Tests;

/// <summary>A reader looks after what they voted, and leaves without a trace.</summary>
public class YourVotesTests(Site site)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_reader_finds_their_vote_changes_it_and_is_forgotten_with_script_or_without(bool script)
    {
        await using var reader = await site.NewReaderAsync(new() { JavaScriptEnabled = script });
        var page = await reader.OpenAsync("/tools/deepl");
        await page.Locator("form.vote button.ship").ClickAsync();
        if (!script)
            await page.GetByRole(AriaRole.Button, new() { Name = "Set the cookie and vote ship" }).ClickAsync();
        await Expect(page.OwnVote("deepl")).ToHaveTextAsync("Your vote: ship.");

        await page.GetByRole(AriaRole.Link, new() { Name = "Your votes" }).ClickAsync();
        await Expect(page.Locator(".own-votes > li")).ToHaveCountAsync(1);
        await page.GetByRole(AriaRole.Button, new() { Name = "Skip DeepL" }).ClickAsync();
        await Expect(page.OwnVote("deepl")).ToHaveTextAsync("Your vote: skip.");

        await page.GetByRole(AriaRole.Link, new() { Name = "Forget me" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Withdraw all my votes and forget me" }).ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("You are forgotten");
        (await page.Context.CookiesAsync()).ShouldBeEmpty();
        await page.GotoAsync("/votes");
        await Expect(page.Locator("main")).ToContainTextAsync("You have no votes in this browser");
        await Expect(page.Locator(".own-votes")).ToHaveCountAsync(0);
        reader.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_trends_end_follows_a_vote_while_the_page_is_open()
    {
        await using var watching = await site.NewReaderAsync();
        await using var voting = await site.NewReaderAsync();
        var chart = await watching.OpenAsync("/tools/descript");
        await Expect(chart.Locator(".trend .share")).ToHaveAttributeAsync("points", "");

        var other = await voting.OpenAsync("/tools/descript");
        await other.Locator("form.vote button.ship").ClickAsync();

        await Expect(chart.Locator(".trend .share")).ToHaveAttributeAsync("points", "594,6.0");
        await Expect(chart.Locator(".trend figcaption")).ToContainTextAsync("100.0% now");
    }
}
