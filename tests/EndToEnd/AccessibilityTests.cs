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
    public static TheoryData<string, ColorScheme, int> Pages
    {
        get
        {
            var data = new TheoryData<string, ColorScheme, int>();
            foreach (var path in (string[])["/", Reader.Comparison, "/compare/whisper-vs-midjourney", "/compare", "/tools", "/tools/cursor-2-0", "/categories/developer-tools", "/methodology", "/votes", "/votes/forget", "/newsletter", "/nothing-here"])
            {
                data.Add(path, ColorScheme.Light, 1280);
                data.Add(path, ColorScheme.Dark, 390);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Axe_finds_no_violation(string path, ColorScheme scheme, int width)
    {
        await using var reader = await site.NewReaderAsync(new() { ColorScheme = scheme, ViewportSize = new() { Width = width, Height = 900 } });
        var page = await reader.OpenAsync(path);

        var result = await page.RunAxe(new AxeRunOptions { RunOnly = RunOnlyOptions.Tags("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice") });

        result.Violations.Select(violation => $"{violation.Id}: {violation.Help} at {string.Join(", ", violation.Nodes.Select(node => node.Html))}").ShouldBeEmpty();
        (await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= window.innerWidth")).ShouldBeTrue("nothing makes the page scroll sideways");
        reader.Errors.Where(error => !error.Contains("404", StringComparison.Ordinal)).ShouldBeEmpty();
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
