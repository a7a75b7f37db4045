using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace EndToEnd.Tests;

/// <summary>An editor at work, without a script, since the desk has none.</summary>
public class EditorsDeskTests(Site site)
{
    [Fact]
    public async Task An_editor_signs_in_writes_a_comparison_and_readers_see_it_at_once()
    {
        await using var editor = await site.NewReaderAsync();
        var desk = await SignInAsync(editor, "Ada");
        await desk.SelectOptionAsync("#a", "descript");
        await desk.SelectOptionAsync("#b", "deepl");
        await desk.Locator("form:has(#a) button").ClickAsync();
        await Expect(desk.Locator("h1")).ToHaveTextAsync("Comparison: deepl-vs-descript");

        await desk.Locator("[name=summary]").FillAsync("One moves words between languages, the other between takes.");
        await desk.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(desk.Locator(".field.wrong")).ToHaveCountAsync(1);
        await Expect(desk.Locator("#f-pricing-hint")).ToContainTextAsync("is missing");
        await desk.Locator("[name=pricing]").FillAsync("Both begin free.");
        await desk.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(desk).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/compare/deepl-vs-descript$"));

        await using var reader = await site.NewReaderAsync();
        await Expect((await reader.OpenAsync("/compare/deepl-vs-descript")).Locator("main")).ToContainTextAsync("between takes");
        await desk.GotoAsync("/admin");
        await Expect(desk.Locator(".edits li").First).ToContainTextAsync("Ada");
        await Expect(desk.Locator(".edits li").First).ToContainTextAsync("deepl-vs-descript");
        editor.Errors.Where(error => !error.Contains("400", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Two_editors_of_one_tool_are_asked_whose_text_it_shall_be()
    {
        await using var first = await site.NewReaderAsync();
        await using var second = await site.NewReaderAsync();
        var hers = await SignInAsync(first, "Ada", "/admin/tools/runway");
        var his = await SignInAsync(second, "Charles", "/admin/tools/runway");
        await hers.Locator("[name=tagline]").FillAsync("Moving pictures from a sentence.");
        await hers.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(hers).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/tools/runway$"));

        await his.Locator("[name=tagline]").FillAsync("Film, made by asking.");
        await his.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(his.GetByRole(AriaRole.Alert)).ToContainTextAsync("Somebody else saved");
        await Expect(his.Locator(".theirs")).ToHaveCountAsync(1);
        await Expect(his.Locator(".theirs")).ToContainTextAsync("Moving pictures from a sentence.");
        await Expect(his.Locator("[name=tagline]")).ToHaveValueAsync("Film, made by asking.");
        await his.GetByRole(AriaRole.Button, new() { Name = "Save mine over theirs" }).ClickAsync();
        await Expect(his.Locator("main")).ToContainTextAsync("Film, made by asking.");
    }

    [Fact]
    public async Task Whoever_has_no_editors_token_sees_the_sign_in_and_nothing_else()
    {
        await using var stranger = await site.NewReaderAsync();
        foreach (var path in (string[])["/admin", "/admin/history", "/admin/tools/runway"])
            await Expect((await stranger.OpenAsync(path)).Locator("h1")).ToHaveTextAsync("Sign in as an editor");
        var page = await stranger.OpenAsync("/admin");
        await page.Locator("#token").FillAsync("eyJhbGciOiJub25lIn0.eyJyb2xlIjoiZWRpdG9yIn0.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("not accepted");
        (await stranger.Context.CookiesAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("/admin/sign-in")]
    [InlineData("/admin")]
    [InlineData("/admin/history")]
    [InlineData("/admin/tools/runway")]
    [InlineData("/admin/tools/runway/reviews/builder")]
    public async Task Axe_finds_no_violation_at_the_desk(string path)
    {
        foreach (var (scheme, width) in (IEnumerable<(ColorScheme, int)>)[(ColorScheme.Light, 1280), (ColorScheme.Dark, 390), (ColorScheme.Light, 320)])
        {
            await using var editor = await site.NewReaderAsync(new() { ColorScheme = scheme, ViewportSize = new() { Width = width, Height = 900 } });
            var page = await SignInAsync(editor, "Ada", path);
            var result = await page.RunAxe(new AxeRunOptions { RunOnly = RunOnlyOptions.Tags("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice") });
            result.Violations.Select(violation => $"{violation.Id}: {violation.Help} at {string.Join(", ", violation.Nodes.Select(node => node.Html))}").ShouldBeEmpty();
            (await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= window.innerWidth")).ShouldBeTrue("nothing makes the page scroll sideways");
        }
    }

    private async Task<IPage> SignInAsync(Reader editor, string name, string path = "/admin")
    {
        var page = await editor.OpenAsync("/admin/sign-in");
        await page.Locator("#token").FillAsync(await site.EditorTokenAsync(name));
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("Editors’ desk");
        if (path != "/admin")
            await page.GotoAsync(path);
        return page;
    }
}
