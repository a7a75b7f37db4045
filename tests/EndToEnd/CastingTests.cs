using System.Text.Json;
using Microsoft.Playwright;
using Shouldly;
using Testing;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace EndToEnd.Tests;

/// <summary>Whatever happens between a press and the ledger: the ledger holds what the reader chose last, and the page says so.</summary>
public class CastingTests(Site site)
{
    [Fact]
    public async Task One_vote_two_tabs_show_the_last_choice_and_a_press_in_either_never_withdraws()
    {
        await using var reader = await site.NewReaderAsync();
        var (a, b) = (await reader.OpenAsync(), await reader.OpenAsync());
        await a.Button("Ship", "Cursor 2.0").ClickAsync();
        await Expect(b.OwnVote("cursor-2-0")).ToHaveTextAsync("Your vote: ship.");
        await b.Button("Skip", "Cursor 2.0").ClickAsync();
        await Expect(b.OwnVote("cursor-2-0")).ToHaveTextAsync("Your vote: skip.");
        await Expect(a.OwnVote("cursor-2-0")).ToHaveTextAsync("Your vote: skip.");

        await a.Button("Skip", "Cursor 2.0").ClickAsync();
        await a.Button("Ship", "Cursor 2.0").ClickAsync();
        await Expect(a.OwnVote("cursor-2-0")).ToHaveTextAsync("Your vote: ship.");
        await Expect(b.Button("Ship", "Cursor 2.0")).ToHaveAttributeAsync("aria-pressed", "true");
        (await LedgerSaysAsync(reader, "cursor-2-0")).ShouldBe(("ship", 3));
    }

    [Fact]
    public async Task One_vote_a_tab_that_heard_nothing_of_another_reads_its_votes_again_when_it_is_looked_at()
    {
        await using var reader = await site.NewReaderAsync();
        var page = await reader.OpenAsync();
        await page.Button("Ship", "Cursor 2.0").ClickAsync();
        await Expect(page.OwnVote("cursor-2-0")).ToHaveTextAsync("Your vote: ship.");
        await CastElsewhereAsync(reader, "cursor-2-0", "skip");

        await page.EvaluateAsync("() => document.dispatchEvent(new Event('visibilitychange'))");

        await Expect(page.OwnVote("cursor-2-0")).ToHaveTextAsync("Your vote: skip.");
    }

    [Fact]
    public async Task One_vote_a_page_from_the_back_forward_cache_shows_what_was_chosen_since()
    {
        await using var browser = await site.BrowserWithBackForwardCacheAsync();
        await using var reader = new Reader(await browser.NewContextAsync(new() { BaseURL = site.Address.ToString() }));
        var page = await reader.OpenAsync();
        await Expect(page.Locator("[data-live]").First).ToBeVisibleAsync();
        await page.EvaluateAsync(
            "() => { window.restored = 0; addEventListener('pageshow', event => { if (event.persisted) window.restored++; }); }"
        );
        await page.GotoAsync("/tools/cursor-2-0");
        await page.Button("Skip", "Cursor 2.0").ClickAsync();
        await Expect(page.OwnVote("cursor-2-0")).ToHaveTextAsync("Your vote: skip.");

        // No load follows a page's return from the cache, which GoBackAsync would wait for.
        await page.EvaluateAsync("() => history.back()");
        await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex(Reader.Comparison));

        await Expect(page.OwnVote("cursor-2-0")).ToHaveTextAsync("Your vote: skip.");
        await Expect(page.Button("Skip", "Cursor 2.0")).ToHaveAttributeAsync("aria-pressed", "true");
        (await page.EvaluateAsync<int?>("() => window.restored")).ShouldBe(1, "the page came from the cache");
        await Expect(page.Locator("[data-live]").First).ToBeVisibleAsync();
        await CastElsewhereAsync(reader, "cursor-2-0", "ship");
        await Expect(page.Locator("[data-tool='cursor-2-0'] [data-show='ship']").First)
            .ToHaveTextAsync($"{await ShipsAsync("cursor-2-0")}");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_reader_whose_browser_blocks_cookies_is_told_so_and_what_to_do(bool script)
    {
        var profile = Directory.CreateTempSubdirectory("profile-").FullName;
        var before = await TotalAsync("runway");
        await using (var reader = await site.NewReaderWithoutCookiesAsync(profile, script))
        {
            var page = await reader.OpenAsync("/tools/runway");
            await page.Locator("form.vote .ship").ClickAsync();
            if (script)
            {
                await Expect(page.OwnVote("runway"))
                    .ToContainTextAsync("Your browser blocks cookies for this site, so your vote was not counted");
                await Expect(page.OwnVote("runway")).ToContainTextAsync("Allow cookies for this site, then vote again.");
                (await TotalAsync("runway")).ShouldBe(before);
            }
            else
            {
                await page.GetByRole(AriaRole.Button, new() { Name = "Set the cookie and vote ship" }).ClickAsync();
                await Expect(page.Locator("h1")).ToHaveTextAsync("Your browser blocks cookies");
                await Expect(page.Locator("main")).ToContainTextAsync("Allow cookies for this site before you vote again.");
            }
        }

        Directory.Delete(profile, recursive: true);
    }

    [Fact]
    public async Task A_vote_whose_cookie_the_browser_takes_and_drops_is_taken_back_and_the_reader_told()
    {
        await using var reader = await site.NewReaderAsync();
        var page = await reader.OpenAsync("/tools/elevenlabs");
        var before = await TotalAsync("elevenlabs");
        await page.RouteAsync(
            "**/api/votes/elevenlabs",
            async route =>
            {
                var answer = await route.FetchAsync();
                await route.FulfillAsync(
                    new()
                    {
                        Status = answer.Status,
                        ContentType = "application/json",
                        Body = await answer.TextAsync(),
                    }
                );
            }
        );
        await reader.Context.RouteAsync(
            "**/api/votes",
            async route =>
            {
                await reader.Context.ClearCookiesAsync();
                await route.ContinueAsync(new() { Headers = route.Request.Headers.Where(header => header.Key != "cookie") });
            }
        );
        await page.Locator("form.vote .ship").ClickAsync();

        await Expect(page.OwnVote("elevenlabs"))
            .ToContainTextAsync("Your browser blocks cookies for this site, so your vote was not counted");
        (await TotalAsync("elevenlabs")).ShouldBe(before);
    }

    [Fact]
    public async Task One_vote_a_double_click_and_the_same_choice_again_are_no_change()
    {
        await using var reader = await site.NewReaderAsync();
        var page = await reader.OpenAsync();
        foreach (var choice in (string[])["Ship", "Skip"])
        {
            await page.Button(choice, "SmolVLM2-2B").DblClickAsync();
            await Expect(page.OwnVote("smolvlm2-2b")).ToHaveTextAsync($"Your vote: {choice.ToLowerInvariant()}.");
        }

        await page.Button("Skip", "SmolVLM2-2B").ClickAsync();
        await Expect(page.OwnVote("smolvlm2-2b")).ToHaveTextAsync("Your vote: skip.");
        (await LedgerSaysAsync(reader, "smolvlm2-2b")).ShouldBe(("skip", 2));
        await page.Button("Withdraw", "your vote on SmolVLM2-2B").ClickAsync();
        await Expect(page.OwnVote("smolvlm2-2b")).ToHaveTextAsync("You have not voted yet.");
        (await LedgerSaysAsync(reader, "smolvlm2-2b")).ShouldBe((null, 3));
    }

    [Fact]
    public async Task One_vote_a_key_that_is_held_down_is_one_press_and_after_a_withdrawal_does_not_vote()
    {
        await using var reader = await site.NewReaderAsync();
        var page = await reader.OpenAsync();
        await HoldEnterAsync(
            page,
            page.Button("Ship", "Cursor 2.0"),
            async () => await Expect(page.OwnVote("cursor-2-0")).ToHaveTextAsync("Your vote: ship.")
        );
        await HoldEnterAsync(
            page,
            page.Button("Withdraw", "your vote on Cursor 2.0"),
            async () => await Expect(page.Button("Ship", "Cursor 2.0")).ToBeFocusedAsync()
        );

        await Expect(page.OwnVote("cursor-2-0")).ToHaveTextAsync("You have not voted yet.");
        (await LedgerSaysAsync(reader, "cursor-2-0")).ShouldBe((null, 2));
    }

    [Fact]
    public async Task Durable_a_first_vote_counts_though_the_reader_leaves_at_once_on_a_slow_network()
    {
        await using var reader = await site.NewReaderAsync();
        var page = await reader.OpenAsync("/tools/perplexity");
        var before = await TotalAsync("perplexity");
        await SlowAsync(reader, page, 1500);

        await page.Button("Ship", "Perplexity").ClickAsync();
        await Expect(page.OwnVote("perplexity")).ToHaveTextAsync("Saving your vote: ship…");
        await Expect(page.Button("Ship", "Perplexity")).ToHaveAttributeAsync("aria-pressed", "false");
        await page.GotoAsync("about:blank");

        await Eventually.HoldsAsync(async () => await TotalAsync("perplexity") == before + 1, "the vote is in the ledger");

        // The next page finds out that it was saved; sent again it is the same vote of the same voter.
        var next = await reader.OpenAsync("/tools/perplexity");
        await Expect(next.OwnVote("perplexity")).ToHaveTextAsync("Your vote: ship.");
        (await LedgerSaysAsync(reader, "perplexity")).ShouldBe(("ship", 1));
        (await TotalAsync("perplexity")).ShouldBe(before + 1);
        (await UnsentAsync(next)).ShouldBeEmpty();
    }

    [Fact]
    public async Task One_vote_two_tabs_that_vote_first_at_once_are_one_voter()
    {
        await using var reader = await site.NewReaderAsync();
        var (a, b) = (await reader.OpenAsync(), await reader.OpenAsync());
        await SlowAsync(reader, a, 300);
        await SlowAsync(reader, b, 300);
        var (cursor, smol) = (await TotalAsync("cursor-2-0"), await TotalAsync("smolvlm2-2b"));

        await Task.WhenAll(a.Button("Ship", "Cursor 2.0").ClickAsync(), b.Button("Skip", "SmolVLM2-2B").ClickAsync());

        foreach (var page in (IPage[])[a, b])
        {
            await Expect(page.OwnVote("cursor-2-0")).ToHaveTextAsync("Your vote: ship.");
            await Expect(page.OwnVote("smolvlm2-2b")).ToHaveTextAsync("Your vote: skip.");
        }

        ((await LedgerSaysAsync(reader, "cursor-2-0")).Choice, (await LedgerSaysAsync(reader, "smolvlm2-2b")).Choice).ShouldBe(
            ("ship", "skip")
        );
        (await TotalAsync("cursor-2-0"), await TotalAsync("smolvlm2-2b")).ShouldBe((cursor + 1, smol + 1));
    }

    [Fact]
    public async Task One_vote_an_older_choice_that_is_late_does_not_overtake_the_last_one()
    {
        await using var reader = await site.NewReaderAsync();
        var page = await reader.OpenAsync();
        var first = new TaskCompletionSource();
        await page.RouteAsync(
            "**/api/votes/cursor-2-0",
            async route =>
            {
                if (route.Request.PostData?.Contains("ship", StringComparison.Ordinal) == true)
                    await first.Task;
                await route.ContinueAsync();
            }
        );

        await page.Button("Ship", "Cursor 2.0").ClickAsync();
        await page.Button("Skip", "Cursor 2.0").ClickAsync();
        await Expect(page.OwnVote("cursor-2-0")).ToHaveTextAsync("Saving your vote: skip…");
        first.SetResult();

        await Expect(page.OwnVote("cursor-2-0")).ToHaveTextAsync("Your vote: skip.");
        (await LedgerSaysAsync(reader, "cursor-2-0")).ShouldBe(("skip", 2));
    }

    [Fact]
    public async Task One_vote_a_request_that_was_given_up_and_arrives_late_is_put_right()
    {
        await using var reader = await site.NewReaderAsync();
        var page = await reader.OpenAsync();
        await page.Button("Skip", "Cursor 2.0").ClickAsync();
        await Expect(page.OwnVote("cursor-2-0")).ToHaveTextAsync("Your vote: skip.");
        await page.RouteAsync("**/api/votes/cursor-2-0", route => route.AbortAsync());
        await page.Button("Ship", "Cursor 2.0").ClickAsync();
        await Expect(page.OwnVote("cursor-2-0")).ToContainTextAsync("is kept");
        await page.UnrouteAllAsync();
        await page.Button("Skip", "Cursor 2.0").ClickAsync();
        await Expect(page.OwnVote("cursor-2-0")).ToHaveTextAsync("Your vote: skip.");

        await CastElsewhereAsync(reader, "cursor-2-0", "ship");

        await Eventually.HoldsAsync(async () => await LedgerSaysAsync(reader, "cursor-2-0") == ("skip", 3), "the last choice stands again");
    }

    [Fact]
    public async Task A_choice_made_offline_is_kept_said_to_be_kept_and_sent_when_the_network_is_back()
    {
        await using var reader = await site.NewReaderAsync();
        var page = await reader.OpenAsync();
        await reader.Context.SetOfflineAsync(true);
        await page.Button("Ship", "Cursor 2.0").ClickAsync();
        await Expect(page.OwnVote("cursor-2-0"))
            .ToHaveTextAsync("You are offline. Your vote, ship, is kept in this browser and will be sent when you are back online.");
        await Expect(page.Button("Ship", "Cursor 2.0")).ToHaveAttributeAsync("aria-pressed", "false");
        await page.Button("Skip", "Cursor 2.0").ClickAsync();
        await Expect(page.OwnVote("cursor-2-0")).ToContainTextAsync("Your vote, skip, is kept");

        await reader.Context.SetOfflineAsync(false);
        await Expect(page.OwnVote("cursor-2-0")).ToHaveTextAsync("Your vote: skip.");
        (await LedgerSaysAsync(reader, "cursor-2-0")).ShouldBe(("skip", 1));
        (await UnsentAsync(page)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_choice_made_offline_outlives_its_page()
    {
        await using var reader = await site.NewReaderAsync();
        var page = await reader.OpenAsync();
        await reader.Context.SetOfflineAsync(true);
        await page.Button("Ship", "SmolVLM2-2B").ClickAsync();
        await Expect(page.OwnVote("smolvlm2-2b")).ToContainTextAsync("is kept");
        await page.CloseAsync();
        await reader.Context.SetOfflineAsync(false);

        var home = await reader.OpenAsync("/");
        await Eventually.HoldsAsync(async () => (await UnsentAsync(home)).Length == 0, "any page sends it");
        (await LedgerSaysAsync(reader, "smolvlm2-2b")).ShouldBe(("ship", 1));
    }

    [Theory]
    [InlineData(503)]
    [InlineData(0)]
    public async Task A_vote_the_server_cannot_take_is_not_claimed_and_is_sent_again(int status)
    {
        await using var reader = await site.NewReaderAsync();
        var page = await reader.OpenAsync();
        var left = 2;
        await page.RouteAsync(
            "**/api/votes/cursor-2-0",
            route =>
                Interlocked.Decrement(ref left) < 0 ? route.ContinueAsync()
                : status == 0 ? route.AbortAsync()
                : route.FulfillAsync(new() { Status = status })
        );

        await page.Button("Ship", "Cursor 2.0").ClickAsync();
        await Expect(page.OwnVote("cursor-2-0"))
            .ToContainTextAsync("Your vote, ship, is kept in this browser and will be sent again in a moment.");
        await Expect(page.Locator("[aria-pressed=true]")).ToHaveCountAsync(0);

        await Expect(page.OwnVote("cursor-2-0")).ToHaveTextAsync("Your vote: ship.", new() { Timeout = 15_000 });
        (await LedgerSaysAsync(reader, "cursor-2-0")).ShouldBe(("ship", 1));
    }

    [Fact]
    public async Task Above_a_quota_the_choice_is_kept_with_what_to_do_and_can_be_sent_again()
    {
        await using var reader = await site.NewReaderAsync();
        var page = await reader.OpenAsync();
        await page.RouteAsync(
            "**/api/votes/cursor-2-0",
            route =>
                route.FulfillAsync(
                    new()
                    {
                        Status = 429,
                        Headers = new Dictionary<string, string>
                        {
                            ["Retry-After"] = "1800",
                            ["Content-Type"] = "application/problem+json",
                        },
                        Body = """{"type":"urn:problem-type:too-many-new-voters"}""",
                    }
                )
        );
        await page.Button("Skip", "Cursor 2.0").ClickAsync();
        await Expect(page.OwnVote("cursor-2-0"))
            .ToContainTextAsync("Many new voters came from your network. Your vote, skip, is kept; try again at ");
        await page.ReloadAsync();
        await Expect(page.OwnVote("cursor-2-0")).ToContainTextAsync("Your vote, skip, is kept; try again at ");
        await page.ShouldMeetWcagAsync();

        await page.UnrouteAllAsync();
        await page.Button("Send again", "your vote on Cursor 2.0").ClickAsync();
        await Expect(page.OwnVote("cursor-2-0")).ToHaveTextAsync("Your vote: skip.");
        (await LedgerSaysAsync(reader, "cursor-2-0")).ShouldBe(("skip", 1));
    }

    [Fact]
    public async Task A_withdrawal_of_a_first_vote_whose_answer_was_lost_leaves_no_vote()
    {
        await using var reader = await site.NewReaderAsync();
        var page = await reader.OpenAsync("/tools/claude-code");
        var before = await TotalAsync("claude-code");
        await page.RouteAsync(
            "**/api/votes/claude-code",
            async route =>
            {
                await route.FetchAsync(); // taken, and the answer lost
                await route.AbortAsync();
            },
            new() { Times = 1 }
        );
        await page.Locator("form.vote .ship").ClickAsync();
        await Expect(page.OwnVote("claude-code")).ToContainTextAsync("is kept");
        await page.Locator("form.vote [value=withdraw]").ClickAsync();

        await Expect(page.OwnVote("claude-code")).ToHaveTextAsync("You have not voted yet.");
        (await TotalAsync("claude-code")).ShouldBe(before);
    }

    [Fact]
    public async Task After_erasure_nothing_is_left_in_the_browser_and_nothing_kept_is_sent()
    {
        await using var reader = await site.NewReaderAsync();
        var page = await reader.OpenAsync();
        await page.Button("Ship", "Cursor 2.0").ClickAsync();
        await Expect(page.OwnVote("cursor-2-0")).ToHaveTextAsync("Your vote: ship.");
        (await UnsentAsync(page)).ShouldBeEmpty("a saved vote needs nothing in the browser but its cookie, and leaves its receipt");
        var other = await reader.OpenAsync();
        await other.RouteAsync(
            "**/api/votes/smolvlm2-2b",
            route =>
                route.FulfillAsync(
                    new()
                    {
                        Status = 503,
                        Headers = new Dictionary<string, string> { ["Retry-After"] = "600" },
                    }
                )
        );
        await other.Button("Skip", "SmolVLM2-2B").ClickAsync();
        await Expect(other.OwnVote("smolvlm2-2b")).ToContainTextAsync("is kept");

        await page.GotoAsync("/votes/forget");
        await page.GetByRole(AriaRole.Button, new() { Name = "Withdraw all my votes and forget me" }).ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("You are forgotten");

        (await page.EvaluateAsync<int>("() => localStorage.length + sessionStorage.length")).ShouldBe(0);
        await Expect(other.OwnVote("smolvlm2-2b")).ToHaveTextAsync("You have not voted yet.");
        await Expect(other.OwnVote("cursor-2-0")).ToHaveTextAsync("You have not voted yet.");
    }

    private async Task<long> ShipsAsync(string tool)
    {
        var totals = JsonDocument.Parse(await site.Http.GetStringAsync("/api/ledger/totals")).RootElement;
        return totals.EnumerateArray().Single(total => total.GetProperty("tool").GetString() == tool).GetProperty("ship").GetInt64();
    }

    private static async Task HoldEnterAsync(IPage page, ILocator button, Func<Task> effect)
    {
        await button.FocusAsync();
        await page.Keyboard.DownAsync("Enter");
        for (var repeats = 0; repeats < 4; repeats++)
            await page.Keyboard.DownAsync("Enter");
        await effect();
        for (var repeats = 0; repeats < 4; repeats++)
            await page.Keyboard.DownAsync("Enter");
        await page.Keyboard.UpAsync("Enter");
    }

    private static async Task SlowAsync(Reader reader, IPage page, int latency)
    {
        var session = await reader.Context.NewCDPSessionAsync(page);
        await session.SendAsync("Network.enable");
        await session.SendAsync(
            "Network.emulateNetworkConditions",
            new()
            {
                ["offline"] = false,
                ["latency"] = latency,
                ["downloadThroughput"] = -1,
                ["uploadThroughput"] = -1,
            }
        );
    }

    /// <summary>How much the browser keeps for this site besides the cookie.</summary>
    /// <summary>The keys of what a page has stored, receipts and the checkpoints they were checked against left out.</summary>
    private static async Task<string[]> UnsentAsync(IPage page) =>
        await page.EvaluateAsync<string[]>(
            "() => [...Object.keys(localStorage), ...Object.keys(sessionStorage)].filter(key => !/^(receipt:[a-z0-9-]+|log-seen)$/.test(key))"
        );

    private async Task<(string? Choice, long Seq)> LedgerSaysAsync(Reader reader, string tool)
    {
        using var answer = await SendAsync(reader, HttpMethod.Get, tool, null);
        var vote = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        return (vote.GetProperty("choice").GetString(), vote.GetProperty("seq").GetInt64());
    }

    /// <summary>The same voter's vote that no page of this browser hears of.</summary>
    private async Task CastElsewhereAsync(Reader reader, string tool, string choice)
    {
        using var answer = await SendAsync(reader, HttpMethod.Put, tool, $$"""{"choice":"{{choice}}"}""");
        answer.EnsureSuccessStatusCode();
    }

    private async Task<HttpResponseMessage> SendAsync(Reader reader, HttpMethod method, string tool, string? body)
    {
        var voter = (await reader.Context.CookiesAsync()).Single(cookie => cookie.Name == "voter").Value;
        using var request = new HttpRequestMessage(method, $"/api/votes/{tool}");
        request.Headers.Authorization = new("Voter", voter);
        if (body is not null)
            request.Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        return await site.Http.SendAsync(request);
    }

    private async Task<long> TotalAsync(string tool)
    {
        var totals = JsonDocument.Parse(await site.Http.GetStringAsync("/api/ledger/totals")).RootElement;
        return totals
            .EnumerateArray()
            .Where(total => total.GetProperty("tool").GetString() == tool)
            .Sum(total => total.GetProperty("ship").GetInt64() + total.GetProperty("skip").GetInt64());
    }
}
