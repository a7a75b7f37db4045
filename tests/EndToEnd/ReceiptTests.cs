using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Shouldly;
using Testing;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace EndToEnd.Tests;

/// <summary>
/// Promise **Provable** as a voter sees it: the browser checks that the log holds the vote as cast, and keeps nothing secret.
/// </summary>
public partial class ReceiptTests(Site site)
{
    private const string Tool = "deepl";

    [Fact]
    public async Task Provable_a_reader_sees_that_the_log_holds_their_vote_and_each_change_of_it()
    {
        await using var reader = await site.NewReaderAsync();
        var page = await reader.OpenAsync($"/tools/{Tool}");
        await page.Button("Ship", "DeepL").ClickAsync();
        var first = await CheckedAsync(page, "ship");

        await page.Button("Skip", "DeepL").ClickAsync();
        var second = await CheckedAsync(page, "skip");
        await page.Button("Withdraw", "your vote on DeepL").ClickAsync();
        var third = await CheckedAsync(page, null);

        first.Index.ShouldBeLessThan(second.Index);
        second.Index.ShouldBeLessThan(third.Index);
        new[] { first.Mark, second.Mark, third.Mark }.Distinct().ShouldHaveSingleItem("a voter has one mark on a tool");
        reader.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Provable_a_check_that_succeeds_is_counted_on_the_tools_page()
    {
        await using var reader = await site.NewReaderAsync();
        var page = await reader.OpenAsync($"/tools/{Tool}");
        var said = page.WaitForResponseAsync($"**/api/votes/{Tool}/verified");
        await page.Button("Ship", "DeepL").ClickAsync();
        (await said).Status.ShouldBe(204);

        await Eventually.HoldsAsync(
            async () => SomeVerified().IsMatch(await site.Http.GetStringAsync($"/tools/{Tool}")),
            "the tool's page says how many verified theirs"
        );
        reader.Errors.ShouldBeEmpty();
    }

    [GeneratedRegex("[1-9][0-9]* of [1-9][0-9]* voters? verified theirs")]
    private static partial Regex SomeVerified();

    [Fact]
    public async Task No_personal_data_the_browser_keeps_neither_the_nonce_nor_the_token()
    {
        await using var reader = await site.NewReaderAsync();
        var page = await reader.OpenAsync($"/tools/{Tool}");
        var sent = page.WaitForRequestAsync($"**/api/votes/{Tool}");
        await page.Button("Ship", "DeepL").ClickAsync();
        var nonce = (await sent).PostDataJSON()!.Value.GetProperty("nonce").GetString()!;
        await CheckedAsync(page, "ship");

        var kept = await StoredAsync(page);
        kept.ShouldNotContain(nonce);
        kept.ShouldNotContain((await reader.Context.CookiesAsync()).Single().Value);
        (await page.EvaluateAsync<string[]>("() => Object.keys(localStorage).sort()")).ShouldBe(["log-seen", $"receipt:{Tool}"]);
    }

    [Fact]
    public async Task A_reader_finds_receipts_among_their_votes_and_may_export_a_proof_after_a_word_of_caution()
    {
        await using var reader = await site.NewReaderAsync();
        var page = await reader.OpenAsync($"/tools/{Tool}");
        await page.Button("Ship", "DeepL").ClickAsync();
        var receipt = await CheckedAsync(page, "ship");

        await page.GotoAsync("/votes");
        await Expect(Receipt(page)).ToHaveTextAsync(Words(receipt.Index));
        await Expect(page.GetByText("Download proof")).ToBeHiddenAsync();
        await page.Locator("summary", new() { HasText = "Export proof" }).ClickAsync();
        await Expect(page.Locator("[data-proof]")).ToContainTextAsync("a proof that you can sell");
        await page.ShouldMeetWcagAsync();
        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByText("Download proof").ClickAsync());

        var proof = await File.ReadAllTextAsync(await download.PathAsync());
        proof.ShouldStartWith("c2sp.org/tlog-proof@v1\nextra ");
        proof.ShouldContain($"\nindex {receipt.Index}\n");
        Entry(proof).ShouldContain($" {Tool} ");
        Entry(proof).ShouldContain($" {receipt.Mark} ");
    }

    [Fact]
    public async Task Provable_a_recount_of_the_site_itself_finds_all_right_and_the_readers_own_vote()
    {
        await using var reader = await site.NewReaderAsync();
        var page = await reader.OpenAsync($"/tools/{Tool}");
        await page.Button("Ship", "DeepL").ClickAsync();
        await CheckedAsync(page, "ship");

        await page.GotoAsync("/verify");
        await page.GetByRole(AriaRole.Button, new() { Name = "Recount now" }).ClickAsync();

        await Expect(page.Locator("#result")).ToContainTextAsync("All is right: ");
        await Expect(page.Locator("#found")).ToContainTextAsync("is in the log as cast");
        await Expect(page.Locator("#found")).ToContainTextAsync("the one this browser remembers");
        await page.ShouldMeetWcagAsync();
        reader.Errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("the other choice")]
    [InlineData("another entry")]
    [InlineData("a wrong hash on the path")]
    [InlineData("a wrong signature")]
    public async Task Provable_a_reader_is_told_when_the_log_does_not_hold_their_vote_as_cast(string what)
    {
        await using var reader = await site.NewReaderAsync();
        var page = await reader.OpenAsync($"/tools/{Tool}");
        await page.RouteAsync(
            "**/log/proof/*",
            async route =>
            {
                var answer = await route.FetchAsync();
                await route.FulfillAsync(new() { Response = answer, Body = Forged(what, await answer.TextAsync()) });
            }
        );
        await page.Button("Ship", "DeepL").ClickAsync();

        await Expect(Receipt(page)).ToHaveTextAsync("The public log does not contain your vote as cast. Recount the log");
        await Expect(Receipt(page)).ToBeVisibleAsync();
        await Expect(page.Locator("#announcer")).ToHaveTextAsync("The public log does not contain your vote as cast.");
        await Expect(Receipt(page).Locator("a")).ToHaveAttributeAsync("href", "/verify");
        await page.ShouldMeetWcagAsync();

        await page.UnrouteAsync("**/log/proof/*");
        await page.ReloadAsync();
        await CheckedAsync(page, "ship");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Provable_a_reader_is_told_when_their_mark_is_not_the_one_agreed_on(bool atFirst)
    {
        await using var reader = await site.NewReaderAsync();
        var page = await reader.OpenAsync($"/tools/{Tool}");
        if (!atFirst)
        {
            await page.Button("Skip", "DeepL").ClickAsync();
            await CheckedAsync(page, "skip");
        }

        await page.RouteAsync(
            "**/api/votes/*",
            async route =>
            {
                var answer = await route.FetchAsync();
                var vote = JsonNode.Parse(await answer.TextAsync())!;
                vote["mark"] = new string('A', 22);
                await route.FulfillAsync(new() { Response = answer, Body = vote.ToJsonString() });
            }
        );
        await page.Button("Ship", "DeepL").ClickAsync();

        await Expect(page.OwnVote(Tool)).ToHaveTextAsync("Your vote: ship.");
        await Expect(Receipt(page)).ToContainTextAsync("another mark than the one it agreed on with your browser");
        await Expect(Receipt(page)).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData(404)]
    [InlineData(503)]
    [InlineData(0)]
    public async Task A_log_that_does_not_answer_changes_nothing_for_a_reader_who_votes(int status)
    {
        await using var reader = await site.NewReaderAsync();
        var page = await reader.OpenAsync($"/tools/{Tool}");
        var asked = new TaskCompletionSource();
        await page.RouteAsync(
            "**/log/**",
            async route =>
            {
                await (status == 0 ? route.AbortAsync() : route.FulfillAsync(new() { Status = status }));
                asked.TrySetResult();
            }
        );
        await page.Button("Ship", "DeepL").ClickAsync();

        await Expect(page.OwnVote(Tool)).ToHaveTextAsync("Your vote: ship.");
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await Expect(Receipt(page)).ToBeHiddenAsync();
        (await StoredAsync(page)).ShouldNotContain("checked");

        await page.UnrouteAsync("**/log/**");
        await page.ReloadAsync();
        await CheckedAsync(page, "ship");
    }

    [Fact]
    public async Task A_browser_that_computes_no_hashes_votes_as_ever_and_is_told_why_it_cannot_recount()
    {
        await using var reader = await site.NewReaderAsync();
        // As on a page that came over http.
        await reader.Context.AddInitScriptAsync("Object.defineProperty(Crypto.prototype, 'subtle', { get: () => undefined });");
        var page = await reader.OpenAsync($"/tools/{Tool}");
        var receipts = page.WaitForResponseAsync("**/receipts.*.js");
        await page.Button("Ship", "DeepL").ClickAsync();
        await receipts;
        await Expect(page.OwnVote(Tool)).ToHaveTextAsync("Your vote: ship.");
        await page.ReloadAsync();
        await Expect(page.OwnVote(Tool)).ToHaveTextAsync("Your vote: ship.");
        await Expect(Receipt(page)).ToBeHiddenAsync();
        (await StoredAsync(page)).ShouldBe("{}");

        await page.GotoAsync("/verify");
        await Expect(page.Locator("#result")).ToContainTextAsync("Open this page over https");
        await Expect(page.Locator("#start")).ToBeDisabledAsync();
        reader.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Where_there_is_no_receipt_nothing_is_claimed()
    {
        await using var reader = await site.NewReaderAsync();
        var page = await reader.OpenAsync($"/tools/{Tool}");
        await page.Button("Ship", "DeepL").ClickAsync();
        await CheckedAsync(page, "ship");
        await page.EvaluateAsync("() => localStorage.clear()");
        await page.ReloadAsync();

        await Expect(page.OwnVote(Tool)).ToHaveTextAsync("Your vote: ship.");
        await page.Button("Skip", "DeepL").ClickAsync();
        await Expect(page.OwnVote(Tool)).ToHaveTextAsync("Your vote: skip.");
        await page.GotoAsync("/votes");
        await Expect(page.OwnVote(Tool)).ToHaveTextAsync("Your vote: skip.");
        await Expect(Receipt(page)).ToBeHiddenAsync();
        await Expect(page.Locator("[data-proof]")).ToBeHiddenAsync();
        (await StoredAsync(page)).ShouldBe("{}");
    }

    [Fact]
    public async Task Being_forgotten_removes_the_receipts_on_every_tab()
    {
        await using var reader = await site.NewReaderAsync();
        var page = await reader.OpenAsync($"/tools/{Tool}");
        await page.Button("Ship", "DeepL").ClickAsync();
        await CheckedAsync(page, "ship");
        var other = await reader.OpenAsync("/votes/forget");
        await other.GetByRole(AriaRole.Button, new() { Name = "Withdraw all my votes and forget me" }).ClickAsync();
        await Expect(other.Locator("h1")).ToHaveTextAsync("You are forgotten");

        await Expect(page.OwnVote(Tool)).ToHaveTextAsync("You have not voted yet.");
        await Expect(Receipt(page)).ToBeHiddenAsync();
        (await StoredAsync(page)).ShouldBe("{}");
    }

    [Fact]
    public async Task A_check_under_way_when_the_reader_is_forgotten_leaves_nothing_behind()
    {
        await using var reader = await site.NewReaderAsync();
        // The signature is what a check looks at last; what follows is done before the next task.
        await reader.Context.AddInitScriptAsync(
            """
            const known = SubtleCrypto.prototype.verify;
            SubtleCrypto.prototype.verify = async function (...all) {
              const answer = await known.apply(this, all);
              setTimeout(() => { window.verified = true; });
              return answer;
            };
            """
        );
        var page = await reader.OpenAsync($"/tools/{Tool}");
        var (asked, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        await page.RouteAsync(
            "**/log/key",
            async route =>
            {
                asked.TrySetResult();
                await go.Task;
                await route.ContinueAsync();
            }
        );
        await page.Button("Ship", "DeepL").ClickAsync();
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(30));
        var other = await reader.OpenAsync("/votes/forget");
        await other.GetByRole(AriaRole.Button, new() { Name = "Withdraw all my votes and forget me" }).ClickAsync();
        await Expect(other.Locator("h1")).ToHaveTextAsync("You are forgotten");
        go.SetResult();

        await page.WaitForFunctionAsync("() => window.verified");
        (await StoredAsync(page)).ShouldBe("{}");
    }

    private static ILocator Receipt(IPage page) => page.Locator($"form[data-vote='{Tool}'] [data-receipt]");

    private static string Words(long index) => $"Entry {index:N0} in the public log, checked in your browser.";

    private static Task<string> StoredAsync(IPage page) => page.EvaluateAsync<string>("() => JSON.stringify(localStorage)");

    /// <summary>Waits until the page says that the vote was checked, and reads the receipt.</summary>
    private static async Task<(string Mark, long Index)> CheckedAsync(IPage page, string? choice)
    {
        await page.WaitForFunctionAsync(
            """
            ([key, choice]) => {
              const receipt = JSON.parse(localStorage.getItem(key));
              return receipt?.choice === choice && receipt.checked;
            }
            """,
            new object?[] { $"receipt:{Tool}", choice }
        );
        var receipt = JsonSerializer.Deserialize<JsonElement>(
            await page.EvaluateAsync<string>("key => localStorage.getItem(key)", $"receipt:{Tool}")
        );
        receipt.GetProperty("checked").GetString().ShouldBe("all");
        var index = receipt.GetProperty("index").GetInt64();
        await Expect(Receipt(page)).ToHaveTextAsync(Words(index));
        await Expect(Receipt(page)).ToBeVisibleAsync();
        await Expect(Receipt(page).Locator("a")).ToHaveAttributeAsync("href", $"/log/proof/{index}");
        return (receipt.GetProperty("mark").GetString()!, index);
    }

    private static string Entry(string proof) => Encoding.ASCII.GetString(Convert.FromBase64String(Extra().Match(proof).Groups[1].Value));

    private static string Forged(string what, string proof)
    {
        var entry = Entry(proof);
        return what switch
        {
            "the other choice" => proof.Replace(
                Convert.ToBase64String(Encoding.ASCII.GetBytes(entry)),
                Convert.ToBase64String(Encoding.ASCII.GetBytes(entry.Replace(" ship ", " skip ", StringComparison.Ordinal))),
                StringComparison.Ordinal
            ),
            "another entry" => Index().Replace(proof, match => $"\nindex {long.Parse(match.Groups[1].Value) + 1}\n"),
            "a wrong hash on the path" => Index().Replace(proof, match => $"{match.Value}{Convert.ToBase64String(new byte[32])}\n"),
            _ => Signature().Replace(proof, match => $"{match.Groups[1]}{Convert.ToBase64String([.. Id(match), .. new byte[64]])}\n"),
        };
    }

    private static byte[] Id(Match signature) => Convert.FromBase64String(signature.Groups[2].Value)[..4];

    [GeneratedRegex(@"\nextra (\S+)\n")]
    private static partial Regex Extra();

    [GeneratedRegex(@"\nindex (\d+)\n")]
    private static partial Regex Index();

    [GeneratedRegex(@"(— \S+ )(\S+)\n")]
    private static partial Regex Signature();
}
