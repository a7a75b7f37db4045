using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace EndToEnd.Tests;

/// <summary>What a reader sees before scrolling: the community's verdict, alive, and the vote.</summary>
public sealed partial class FirstScreenTests(Site site)
{
    [Theory]
    [InlineData(Reader.Comparison, 1280, 800, 2)]
    [InlineData(Reader.Comparison, 390, 844, 2)]
    [InlineData("/tools/cursor-2-0", 1280, 800, 1)]
    [InlineData("/tools/cursor-2-0", 390, 844, 1)]
    [InlineData("/", 1280, 800, 2)]
    [InlineData("/", 390, 844, 2)]
    public async Task The_percentage_the_bar_and_the_buttons_are_within_the_first_screen(string path, int width, int height, int tools)
    {
        await using var reader = await NewReaderAsync(width, height);
        var page = await reader.OpenAsync(path);
        foreach (var part in (string[])[".figure[data-show=percent]", ".bar", "button.ship", "button.skip"])
        {
            var places = await page.Locator($".stand {part}").AllAsync();
            places.Count.ShouldBe(tools, part);
            foreach (var place in places)
            {
                var box = (await place.BoundingBoxAsync())!;
                box.Y.ShouldBeGreaterThan(0);
                (box.Y + box.Height).ShouldBeLessThanOrEqualTo(height, part);
            }
        }
    }

    [Fact]
    public async Task On_a_phone_both_tools_stand_side_by_side_with_their_parts_at_one_height()
    {
        await using var reader = await NewReaderAsync(390, 844);
        var page = await reader.OpenAsync();
        foreach (var part in (string[])[".bar", "button.ship"])
        {
            var (a, b) = (
                await page.Locator($".stand {part}").Nth(0).BoundingBoxAsync(),
                await page.Locator($".stand {part}").Nth(1).BoundingBoxAsync()
            );
            b!.Y.ShouldBe(a!.Y, part);
            b.X.ShouldBeGreaterThan(a.X + a.Width, part);
        }
    }

    [Fact]
    public async Task The_answer_follows_the_votes_and_a_vote_that_comes_in_rises_from_its_bar()
    {
        await using var reader = await NewReaderAsync(390, 844);
        var page = await reader.OpenLiveAsync("/compare/llama-3-3-70b-vs-stable-diffusion-3-5");
        var answer = page.Locator(".answer");
        await Expect(answer).ToHaveTextAsync("No votes yet: yours decides.");
        await WatchShiftsAsync(page);
        await page.EvaluateAsync(
            "() => { window.risen = []; new MutationObserver(list => { for (const { addedNodes } of list) for (const node of addedNodes) if (node.matches?.('.risen')) window.risen.push(node.textContent); }).observe(document.body, { childList: true, subtree: true }); }"
        );

        await CastAsync("llama-3-3-70b", "ship");
        await Expect(answer).ToHaveTextAsync("Only Llama 3.3 70B has votes so far: 100.0% would ship it.");
        await Expect(page.Locator(".live")).ToHaveTextAsync(LastVote());
        (await page.EvaluateAsync<string[]>("() => window.risen")).ShouldBe(["+1 ship"]);

        for (var votes = 0; votes < 10; votes++)
            await Task.WhenAll(CastAsync("llama-3-3-70b", "ship"), CastAsync("stable-diffusion-3-5", "skip"));
        await Expect(answer).ToHaveTextAsync("The community leans to Llama 3.3 70B: 100.0% against 0.0%.");
        await Expect(page.Percent("stable-diffusion-3-5")).ToHaveTextAsync("0.0%");
        (
            await page.EvaluateAsync<string[]>(
                "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(window.shifts))))"
            )
        ).ShouldBeEmpty("nothing moves when numbers do");
    }

    [Fact]
    public async Task A_reader_who_wants_no_motion_sees_the_numbers_change_and_nothing_move()
    {
        await using var reader = await site.NewReaderAsync(new() { ReducedMotion = ReducedMotion.Reduce });
        var page = await reader.OpenLiveAsync("/tools/midjourney");
        await page.EvaluateAsync(
            """
            () => {
              window.seen = []; window.moving = 0;
              const figure = document.querySelector('.stand .figure');
              new MutationObserver(() => { window.seen.push(figure.textContent); window.moving += document.getAnimations().length; }).observe(figure, { childList: true, characterData: true, subtree: true });
            }
            """
        );
        await CastAsync("midjourney", "ship");
        await Expect(page.Percent("midjourney")).ToHaveTextAsync("100.0%");
        await CastAsync("midjourney", "skip");
        await Expect(page.Percent("midjourney")).ToHaveTextAsync("50.0%");
        (await page.EvaluateAsync<string[]>("() => window.seen")).ShouldBe(["100.0%", "50.0%"], "no value in between");
        (await page.EvaluateAsync<int>("() => window.moving")).ShouldBe(0);
        (await page.Locator(".risen").CountAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task After_a_vote_the_page_says_whom_it_has_joined_leads_to_the_other_tool_and_offers_the_link_to_share()
    {
        await using var reader = await site.NewReaderAsync();
        await reader.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        var page = await reader.OpenLiveAsync("/compare/notebooklm-vs-notion-ai");
        var thanks = page.Locator(".thanks");
        await Expect(thanks).ToContainTextAsync("No account needed.");

        await page.Button("Skip", "NotebookLM").ClickAsync();
        await Expect(thanks)
            .ToContainTextAsync(
                new Regex("^Counted. You (are the first to|and .* others? would) skip NotebookLM; so would . of . reviewers.")
            );
        await page.GetByRole(AriaRole.Link, new() { Name = "Now Notion AI?" }).ClickAsync();
        await Expect(page.Button("Ship", "Notion AI")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(thanks).ToContainTextAsync("ship Notion AI");
        await Expect(thanks.Locator("[data-next]")).ToHaveCountAsync(0);

        await page.EvaluateAsync("() => { navigator.share = undefined; }");
        await thanks.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(thanks.GetByRole(AriaRole.Button)).ToHaveTextAsync("Link copied");
        (await page.EvaluateAsync<string>("() => navigator.clipboard.readText()")).ShouldEndWith("/compare/notebooklm-vs-notion-ai");
        reader.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_reader_may_hide_the_numbers_until_they_have_voted()
    {
        await using var reader = await site.NewReaderAsync();
        var page = await reader.OpenLiveAsync("/tools/perplexity");
        var setting = page.GetByRole(AriaRole.Button, new() { Name = "Hide numbers until I vote" });
        await setting.ClickAsync();
        await Expect(setting).ToHaveAttributeAsync("aria-pressed", "true");

        await page.ReloadAsync();
        foreach (var hidden in (string[])[".stand .figure", ".stand .bar", ".stand .counts", ".answer"])
            await Expect(page.Locator(hidden).First).ToBeHiddenAsync();
        await page.Button("Ship", "Perplexity").ClickAsync();
        foreach (var shown in (string[])[".stand .figure", ".stand .bar", ".stand .counts", ".answer"])
            await Expect(page.Locator(shown).First).ToBeVisibleAsync();
        (await reader.Context.CookiesAsync()).ShouldHaveSingleItem("the setting stays in the browser");
    }

    [Fact]
    public async Task A_long_introduction_is_cut_until_it_is_opened_with_or_without_a_script()
    {
        await using var reader = await site.NewReaderAsync(
            new()
            {
                JavaScriptEnabled = false,
                ViewportSize = new() { Width = 390, Height = 844 },
            }
        );
        var page = await reader.OpenAsync();
        var text = page.Locator(".clamped .lede");
        var cut = (await text.BoundingBoxAsync())!.Height;
        await page.Locator(".clamped summary").ClickAsync();
        (await text.BoundingBoxAsync())!.Height.ShouldBeGreaterThan(cut * 1.5f);
        await Expect(page.Locator(".clamped summary")).ToHaveTextAsync(new Regex("Less"));
    }

    [Fact]
    public async Task A_reader_signs_up_for_the_newsletter_without_leaving_the_comparison()
    {
        await using var reader = await site.NewReaderAsync();
        var page = await reader.OpenLiveAsync();
        var email = page.Locator(".sign-up [type=email]");
        await email.FillAsync("reader@example");
        await email.PressAsync("Enter");
        await Expect(page.Locator(".sign-up .problem")).ToContainTextAsync("That doesn’t look like an email address.");
        await Expect(email).ToHaveValueAsync("reader@example");
        await Expect(email).ToBeFocusedAsync();

        await email.FillAsync("reader@example.org");
        await email.PressAsync("Enter");
        await Expect(page.Locator(".sign-up .sound")).ToContainTextAsync("Check your inbox");
        page.Url.ShouldEndWith(Reader.Comparison);
    }

    [Theory]
    [InlineData(390, true)]
    [InlineData(1280, false)]
    public async Task On_a_phone_the_filters_are_folded_so_that_tools_come_first(int width, bool folded)
    {
        await using var reader = await NewReaderAsync(width, 844);
        var page = await reader.OpenAsync("/tools");
        (await page.Locator("#verdict").IsVisibleAsync()).ShouldBe(!folded);
        (await page.Locator(".row h2").First.BoundingBoxAsync())!.Y.ShouldBeLessThan(844);
        await page.GotoAsync("/tools?price=free");
        (await page.Locator("#price").IsVisibleAsync()).ShouldBeTrue("a chosen filter is in view");
    }

    private async Task<Reader> NewReaderAsync(int width, int height) =>
        await site.NewReaderAsync(
            new()
            {
                ViewportSize = new() { Width = width, Height = height },
            }
        );

    private static Task WatchShiftsAsync(IPage page) =>
        page.EvaluateAsync(
            "() => { window.shifts = []; new PerformanceObserver(list => { for (const entry of list.getEntries()) window.shifts.push(`${entry.value} ${entry.sources.map(s => s.node?.outerHTML?.slice(0, 80))}`); }).observe({ type: 'layout-shift', buffered: false }); }"
        );

    private async Task CastAsync(string tool, string choice)
    {
        using var voters = await site.Http.PostAsync("/api/voters", null);
        var token = (await voters.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetString();
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/votes/{tool}") { Content = JsonContent.Create(new { choice }) };
        request.Headers.Authorization = new("Voter", token);
        using var answer = await site.Http.SendAsync(request);
        answer.EnsureSuccessStatusCode();
    }

    [GeneratedRegex(@"^live · last vote \d+ s ago$")]
    private static partial Regex LastVote();
}
