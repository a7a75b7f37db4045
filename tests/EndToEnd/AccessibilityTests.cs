using Microsoft.Playwright;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace EndToEnd.Tests;

/// <summary>WCAG 2.2 AA as far as a machine can judge it, in both themes, and the keyboard as the only tool.</summary>
public class AccessibilityTests(Site site)
{
    public static TheoryData<string> Pages =>
        [
            "/",
            Reader.Comparison,
            "/compare/midjourney-vs-whisper",
            "/compare",
            "/tools",
            "/tools?q=nothing+like+it",
            "/tools/cursor-2-0",
            "/categories/developer-tools",
            "/methodology",
            "/verify",
            "/developers",
            "/publishers?a=cursor-2-0&b=smolvlm2-2b",
            "/votes",
            "/votes/forget",
            "/newsletter",
            "/newsletter/confirm?token=a",
            "/newsletter/unsubscribe?token=a",
            "/newsletter/confirm",
            "/nothing-here",
            "/admin/sign-in",
        ];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Axe_finds_no_violation_in_either_theme_wide_or_narrow(string path)
    {
        await using var reader = await site.NewReaderAsync();
        var page = await reader.OpenAsync(path);
        await page.ShouldMeetWcagAsync();
        reader
            .Errors.Where(error => !error.Contains("404", StringComparison.Ordinal) && !error.Contains("400", StringComparison.Ordinal))
            .ShouldBeEmpty();
    }

    [Fact]
    public async Task Axe_finds_a_fault_that_is_put_into_a_page()
    {
        await using var reader = await site.NewReaderAsync();
        var page = await reader.OpenAsync("/methodology");
        await page.EvaluateAsync("() => document.querySelector('main').append(Object.assign(new Image(), { src: '/favicon.ico' }))");
        (await Assert.ThrowsAsync<ShouldAssertException>(() => page.ShouldMeetWcagAsync())).Message.ShouldContain("image-alt");
    }

    [Fact]
    public async Task Axe_finds_no_violation_in_an_issue_of_the_newsletter()
    {
        // The first issue comes when a week is over; this one is as the service stores it.
        await site.StoreIssueAsync(
            "2026-w01",
            """[{"Title":"New comparisons","Links":[{"Title":"Cursor 2.0 vs SmolVLM2-2B","Path":"/compare/cursor-2-0-vs-smolvlm2-2b","Note":"Developer Tools"}]}]"""
        );
        await using var reader = await site.NewReaderAsync();
        var page = await reader.OpenAsync("/newsletter/2026-w01");
        await Expect(page.Locator(".issue h1")).ToContainTextAsync("Weekly AI Tool Verdicts");
        await page.ShouldMeetWcagAsync();
    }

    [Fact]
    public async Task Axe_finds_no_violation_on_the_way_of_a_vote_without_a_script_and_in_the_list_of_ones_votes()
    {
        await using var reader = await site.NewReaderAsync();
        var page = await reader.OpenAsync("/tools/grammarly");
        await page.VoteAsWithoutScriptAsync("skip");
        await Expect(page.Locator("h1")).ToHaveTextAsync("Before your first vote");
        await Expect(page.Locator("main")).ToContainTextAsync("skip on Grammarly");
        await page.ShouldMeetWcagAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Set the cookie and vote skip" }).ClickAsync();
        await page.GotoAsync("/votes");
        await Expect(page.Locator(".own-votes > li")).ToHaveCountAsync(1);
        await page.ShouldMeetWcagAsync();
    }

    [Fact]
    public async Task A_printed_comparison_has_the_verdicts_and_leaves_out_what_paper_cannot_do()
    {
        await using var reader = await site.NewReaderAsync();
        var page = await reader.OpenAsync();
        await page.EmulateMediaAsync(new() { Media = Media.Print });
        foreach (var shown in (string[])["h1", ".about .figures", ".stand .bar", ".scorecard blockquote", ".prices table"])
            await Expect(page.Locator(shown).First).ToBeVisibleAsync();
        foreach (var hidden in (string[])[".vote button", ".sign-up", "header.site nav", ".crumbs", "#connection"])
            await Expect(page.Locator(hidden).First).ToBeHiddenAsync();
    }

    [Fact]
    public async Task A_vote_is_cast_with_the_keyboard_alone_and_focus_is_always_visible()
    {
        await using var reader = await site.NewReaderAsync();
        var page = await reader.OpenLiveAsync();
        await page.Keyboard.PressAsync("Tab");
        await Expect(page.Locator(":focus")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^Skip to"));

        var reached = false;
        for (var presses = 0; presses < 40 && !reached; presses++)
        {
            await page.Keyboard.PressAsync("Tab");
            (
                await page.EvaluateAsync<bool>(
                    "() => { const s = getComputedStyle(document.activeElement); return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2; }"
                )
            ).ShouldBeTrue("whatever has the focus shows it");
            reached = await page.EvaluateAsync<bool>("() => document.activeElement.matches(\"form[data-vote='cursor-2-0'] button.ship\")");
        }

        reached.ShouldBeTrue("Tab reaches the vote");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.OwnVote("cursor-2-0")).ToHaveTextAsync("Your vote: ship.");
        await Expect(page.Locator("#announcer")).ToContainTextAsync("Your vote on Cursor 2.0 is counted: ship.");
    }
}
