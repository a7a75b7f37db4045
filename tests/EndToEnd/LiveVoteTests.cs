using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace EndToEnd.Tests;

/// <summary>Promises **Fresh** and **Durable** as readers see them.</summary>
public class LiveVoteTests(Site site)
{
    [Fact]
    public async Task One_reader_votes_and_the_page_of_another_moves()
    {
        await using var voter = await site.NewReaderAsync();
        await using var onlooker = await site.NewReaderAsync();
        var (mine, theirs) = (await voter.OpenLiveAsync(), await onlooker.OpenLiveAsync());
        var before = await TallyAsync("cursor-2-0");

        await mine.Button("Ship", "Cursor 2.0").ClickAsync();

        var expected = $"{before.Ship + 1}";
        await Expect(theirs.Locator("[data-tool='cursor-2-0'] [data-show='ship']").First).ToHaveTextAsync(expected);
        await Expect(mine.Locator("[data-tool='cursor-2-0'] [data-show='ship']").First).ToHaveTextAsync(expected);
        await Expect(theirs.Percent("cursor-2-0")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex(@"^\d+\.\d%$"));
        await Expect(mine.Button("Ship", "Cursor 2.0")).ToHaveAttributeAsync("aria-pressed", "true");
        await Expect(mine.OwnVote("cursor-2-0")).ToHaveTextAsync("Your vote: ship.");
        await Expect(theirs.OwnVote("cursor-2-0")).ToHaveTextAsync("You have not voted yet.");
        voter.Errors.Concat(onlooker.Errors).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_reader_changes_and_withdraws_and_the_last_choice_stands_after_a_reload()
    {
        await using var reader = await site.NewReaderAsync();
        var page = await reader.OpenLiveAsync();
        var before = await TallyAsync("smolvlm2-2b");

        await page.Button("Ship", "SmolVLM2-2B").ClickAsync();
        await page.Button("Skip", "SmolVLM2-2B").ClickAsync();
        await Expect(page.OwnVote("smolvlm2-2b")).ToHaveTextAsync("Your vote: skip.");
        await page.ReloadAsync();
        await Expect(page.OwnVote("smolvlm2-2b")).ToHaveTextAsync("Your vote: skip.");
        await Expect(page.Button("Skip", "SmolVLM2-2B")).ToHaveAttributeAsync("aria-pressed", "true");
        (await TallyAsync("smolvlm2-2b")).ShouldBe((before.Ship, before.Skip + 1));

        await page.Button("Withdraw", "your vote on SmolVLM2-2B").ClickAsync();
        await Expect(page.OwnVote("smolvlm2-2b")).ToHaveTextAsync("You have not voted yet.");
        (await TallyAsync("smolvlm2-2b")).ShouldBe(before);
    }

    [Fact]
    public async Task No_cookie_is_set_before_the_first_vote_and_one_after_it()
    {
        await using var reader = await site.NewReaderAsync();
        var page = await reader.OpenLiveAsync();
        (await reader.Context.CookiesAsync()).ShouldBeEmpty();

        await page.Button("Ship", "Cursor 2.0").ClickAsync();
        await Expect(page.OwnVote("cursor-2-0")).ToHaveTextAsync("Your vote: ship.");

        var cookie = (await reader.Context.CookiesAsync()).ShouldHaveSingleItem();
        cookie.Name.ShouldBe("voter");
        cookie.HttpOnly.ShouldBeTrue();
        cookie.SameSite.ShouldBe(SameSiteAttribute.Lax);
    }

    [Fact]
    public async Task After_kill_9_and_restart_pages_reconnect_by_themselves_and_no_acknowledged_vote_is_gone()
    {
        await using var reader = await site.NewReaderAsync();
        var page = await reader.OpenLiveAsync();
        await page.Button("Skip", "Cursor 2.0").ClickAsync();
        await Expect(page.OwnVote("cursor-2-0")).ToHaveTextAsync("Your vote: skip.");
        var acknowledged = await LedgerAsync();

        await site.KillAsync();
        await Expect(page.Locator("#connection")).ToContainTextAsync("Live updates are interrupted");
        await site.StartAsync();

        (await LedgerAsync()).ShouldBe(acknowledged);
        await Expect(page.Locator("#connection")).ToHaveTextAsync("", new() { Timeout = 60_000 });
        await using var other = await site.NewReaderAsync();
        var second = await other.OpenLiveAsync();
        var before = await TallyAsync("cursor-2-0");
        await second.Button("Skip", "Cursor 2.0").ClickAsync();
        await Expect(page.Locator("[data-tool='cursor-2-0'] [data-show='skip']").First).ToHaveTextAsync($"{before.Skip + 1}");
        await page.ReloadAsync();
        await Expect(page.OwnVote("cursor-2-0")).ToHaveTextAsync("Your vote: skip.");
    }

    [Fact]
    public async Task Nothing_shifts_when_the_numbers_move()
    {
        await using var reader = await site.NewReaderAsync();
        var page = await reader.OpenLiveAsync("/tools/whisper");
        await page.EvaluateAsync(
            "() => { window.shift = 0; new PerformanceObserver(list => { for (const entry of list.getEntries()) window.shift += entry.value; }).observe({ type: 'layout-shift', buffered: false }); }"
        );

        await Task.WhenAll(Enumerable.Range(0, 12).Select(i => CastAsync("whisper", i % 3 == 0 ? "skip" : "ship")));
        await Expect(page.Locator("[data-tool='whisper'] [data-show='ship']").First).ToHaveTextAsync("8");

        (
            await page.EvaluateAsync<double>(
                "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(window.shift))))"
            )
        ).ShouldBe(0);
    }

    [Theory]
    [InlineData(1280)]
    [InlineData(390)]
    public async Task Nothing_shifts_when_votes_are_held_and_removed_and_the_page_says_how_many(int width)
    {
        await using var reader = await site.NewReaderAsync(
            new()
            {
                ViewportSize = new() { Width = width, Height = 900 },
            }
        );
        var page = await reader.OpenLiveAsync("/tools/notebooklm");
        var (held, removed) = (page.Locator("[data-show='held']"), page.Locator("[data-show='void']"));
        await Expect(held).ToBeHiddenAsync();
        await Expect(removed).ToBeHiddenAsync();
        var module = await page.Locator("link[rel=modulepreload][href*='/tallies.']").GetAttributeAsync("href");
        var shift = await page.EvaluateAsync<double>(
            $$"""
            async () => {
              const { showChange, tallyOf } = await import('{{module}}');
              let shift = 0;
              new PerformanceObserver(list => { for (const entry of list.getEntries()) shift += entry.value; }).observe({ type: 'layout-shift', buffered: false });
              const none = { tool: 'notebooklm', ship: 0, skip: 0, total: 0, shipPercent: null, interval: null };
              // What others have voted meanwhile stays: only what is apart from the numbers changes here.
              const tally = { ...none, ...tallyOf('notebooklm'), epoch: 9e15, version: 170, held: 143, void: 27 };
              showChange(tally);
              await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
              showChange({ ...tally, version: 171, held: 1, void: 0 });
              await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
              showChange({ ...tally, version: 172, held: 143 });
              await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
              return shift;
            }
            """
        );
        shift.ShouldBe(0);
        await Expect(held).ToHaveTextAsync("143 votes held while we look into them");
        await Expect(removed).ToHaveTextAsync("27 votes were removed: see why");
        await Expect(held).ToBeVisibleAsync();
        await Expect(removed).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Nothing_moves_on_a_phone_when_panel_and_community_begin_to_disagree()
    {
        await using var reader = await site.NewReaderAsync(
            new()
            {
                ViewportSize = new() { Width = 390, Height = 844 },
            }
        );
        var page = await reader.OpenLiveAsync("/tools/github-copilot");
        var line = page.Locator("[data-show='disagree']");
        await Expect(line).ToBeHiddenAsync();
        var before = await page.Locator("form.vote .ship").BoundingBoxAsync();
        var otherwise = await page.Locator(".stand").GetAttributeAsync("data-panel") == "ship" ? "skip" : "ship";

        for (var votes = 0; votes < 10; votes++)
            await CastAsync("github-copilot", otherwise);

        await Expect(line).ToBeVisibleAsync();
        var after = await page.Locator("form.vote .ship").BoundingBoxAsync();
        (after!.X, after.Y).ShouldBe((before!.X, before.Y));
    }

    [Fact]
    public async Task A_number_that_changes_is_never_dimmed_and_what_points_to_it_does_not_start_over()
    {
        await using var reader = await site.NewReaderAsync();
        var page = await reader.OpenLiveAsync("/tools/mistral-small-3-1");
        var figure = page.Locator(".figure[data-show='percent']").First;
        await CastAsync("mistral-small-3-1", "ship");
        await Expect(figure).ToHaveTextAsync("100.0%");
        // Held where it is, as if the next change came before it is over.
        await page.EvaluateAsync("() => { for (const running of document.getAnimations()) running.pause(); }");
        var running = await page.EvaluateAsync<int>(
            "() => document.getAnimations().filter(running => running.effect.target.matches('.figure')).length"
        );
        await CastAsync("mistral-small-3-1", "skip");
        await Expect(figure).ToHaveTextAsync("50.0%");

        (
            await page.EvaluateAsync<string[]>(
                "() => document.getAnimations().flatMap(running => running.effect.getKeyframes()).filter(frame => 'opacity' in frame || 'color' in frame).map(frame => JSON.stringify(frame))"
            )
        ).ShouldBeEmpty("opacity and color stay at full contrast");
        (
            await page.EvaluateAsync<int>(
                "() => document.getAnimations().filter(running => running.effect.target.matches('.figure')).length"
            )
        ).ShouldBeLessThanOrEqualTo(Math.Max(1, running));
    }

    private async Task CastAsync(string tool, string choice)
    {
        using var voters = await site.Http.PostAsync("/api/voters", null);
        var token = (await voters.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetString();
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/votes/{tool}") { Content = JsonContent.Create(new { choice }) };
        request.Headers.Authorization = new("Voter", token);
        using var answer = await site.Http.SendAsync(request);
        answer.EnsureSuccessStatusCode();
    }

    private async Task<string> LedgerAsync() => await site.Http.GetStringAsync("/api/ledger?limit=10000");

    // The tally follows a vote within moments; the ledger's totals are there at once.
    private async Task<(long Ship, long Skip)> TallyAsync(string tool)
    {
        var totals = await site.Http.GetFromJsonAsync<JsonElement>("/api/ledger/totals");
        var found = totals.EnumerateArray().FirstOrDefault(total => total.GetProperty("tool").GetString() == tool);
        return found.ValueKind == JsonValueKind.Undefined
            ? (0, 0)
            : (found.GetProperty("ship").GetInt64(), found.GetProperty("skip").GetInt64());
    }
}
