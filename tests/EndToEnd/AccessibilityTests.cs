using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace EndToEnd.Tests;

/// <summary>WCAG 2.2 AA as far as a machine can judge it, in both themes, and the keyboard as the only tool.</summary>
public class AccessibilityTests(Site site)
{
    private static readonly AxeRunOptions Axe = new() { RunOnly = RunOnlyOptions.Tags("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice") };

    public static TheoryData<string> Pages =>
        ["/", Reader.Comparison, "/compare/midjourney-vs-whisper", "/compare", "/tools", "/tools?q=nothing+like+it", "/tools/cursor-2-0", "/categories/developer-tools", "/methodology", "/votes", "/votes/forget", "/newsletter", "/nothing-here"];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Axe_finds_no_violation_in_either_theme_wide_or_narrow(string path)
    {
        // Without motion, so that no colour is judged half-way from one theme to the other.
        await using var reader = await site.NewReaderAsync(new() { ReducedMotion = ReducedMotion.Reduce });
        var page = await reader.OpenAsync(path);
        foreach (var scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
            foreach (var width in (int[])[1280, 390])
            {
                await page.EmulateMediaAsync(new() { ColorScheme = scheme });
                await page.SetViewportSizeAsync(width, 900);
                var result = await page.RunAxe(Axe);
                result.Violations.Select(violation => $"{violation.Id}: {violation.Help} at {string.Join(", ", violation.Nodes.Select(node => node.Html))}")
                    .ShouldBeEmpty($"{scheme} at {width} px");
                await NothingScrollsSidewaysAsync(page);
            }

        // A window of 1280 px zoomed to 400%.
        await page.SetViewportSizeAsync(320, 256);
        await NothingScrollsSidewaysAsync(page);
        reader.Errors.Where(error => !error.Contains("404", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    private static async Task NothingScrollsSidewaysAsync(IPage page) => (await page.EvaluateAsync<string[]>(
        "() => document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > innerWidth).map(e => e.outerHTML.slice(0, 120))"))
        .ShouldBeEmpty("nothing makes the page scroll sideways");

    [Fact]
    public async Task A_printed_comparison_has_the_verdicts_and_leaves_out_what_paper_cannot_do()
    {
        await using var reader = await site.NewReaderAsync();
        var page = await reader.OpenAsync();
        await page.EmulateMediaAsync(new() { Media = Media.Print });
        foreach (var shown in (string[])["h1", ".card .figures", ".card .bar", ".scorecard blockquote", ".prices table"])
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
            (await page.EvaluateAsync<bool>("() => { const s = getComputedStyle(document.activeElement); return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2; }"))
                .ShouldBeTrue("whatever has the focus shows it");
            reached = await page.EvaluateAsync<bool>("() => document.activeElement.matches(\"form[data-vote='cursor-2-0'] button.ship\")");
        }

        reached.ShouldBeTrue("Tab reaches the vote");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.OwnVote("cursor-2-0")).ToHaveTextAsync("Your vote: ship.");
        await Expect(page.Locator("#announcer")).ToContainTextAsync("Your vote on Cursor 2.0 is counted: ship.");
    }
}
