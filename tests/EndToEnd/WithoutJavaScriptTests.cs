using Microsoft.Playwright;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace EndToEnd.Tests;

/// <summary>Everything a reader comes for works without JavaScript.</summary>
public class WithoutJavaScriptTests(Site site)
{
    [Fact]
    public async Task The_comparison_is_complete_as_served()
    {
        await using var reader = await site.NewReaderAsync(new() { JavaScriptEnabled = false });
        var page = await reader.OpenAsync();

        await Expect(page.GetByText("AI tool comparison")).ToBeVisibleAsync();
        await Expect(page.GetByText("which one should you ship with?")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync("Cursor 2.0");
        var text = await page.Locator("main").InnerTextAsync();
        foreach (
            var part in (string[])
                [
                    "Developer Tools",
                    "Panel ship %",
                    "100%",
                    "Community ship %",
                    "Entry price",
                    "Free",
                    "Reviewer scorecard",
                    "Pricing",
                    "Weekly AI Tool Verdicts",
                ]
        )
            text.ShouldContain(part);
        (await page.Locator("blockquote, q, .quote").CountAsync()).ShouldBeGreaterThanOrEqualTo(8);
    }

    [Fact]
    public async Task Back_after_a_first_vote_and_after_erasure_is_a_page_and_not_the_browsers_error()
    {
        await using var reader = await site.NewReaderAsync(new() { JavaScriptEnabled = false });
        var page = await reader.OpenAsync("/tools/grammarly");
        await page.Button("Ship", "Grammarly").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Set the cookie and vote ship" }).ClickAsync();
        await Expect(page.OwnVote("grammarly")).ToHaveTextAsync("Your vote: ship.");
        await page.GoBackAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("Before your first vote");
        await page.GoBackAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("Grammarly");

        await page.GotoAsync("/votes/forget");
        await page.GetByRole(AriaRole.Button, new() { Name = "Withdraw all my votes and forget me" }).ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("You are forgotten");
        await page.GotoAsync("/tools");
        await page.GoBackAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("You are forgotten");
    }

    [Fact]
    public async Task A_first_vote_is_confirmed_once_and_later_ones_are_not()
    {
        await using var reader = await site.NewReaderAsync(new() { JavaScriptEnabled = false });
        var page = await reader.OpenAsync();

        await page.Button("Ship", "SmolVLM2-2B").ClickAsync();
        (await reader.Context.CookiesAsync()).ShouldBeEmpty();
        await page.Locator("main form button").First.ClickAsync();
        await Expect(page.Locator("#vote-smolvlm2-2b")).ToBeInViewportAsync();
        await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/compare/cursor-2-0-vs-smolvlm2-2b"));
        await Expect(page.OwnVote("smolvlm2-2b")).ToHaveTextAsync("Your vote: ship.");
        await page.Button("Skip", "SmolVLM2-2B").ClickAsync();
        await Expect(page.OwnVote("smolvlm2-2b")).ToHaveTextAsync("Your vote: skip.");
        await Expect(page.OwnVote("smolvlm2-2b")).ToBeInViewportAsync();
        await page.Button("Withdraw", "your vote on SmolVLM2-2B").ClickAsync();
        await Expect(page.OwnVote("smolvlm2-2b")).ToHaveTextAsync("You have not voted yet.");
        await Expect(page.OwnVote("smolvlm2-2b")).ToBeInViewportAsync();
    }
}
