using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Shouldly;
using Testing;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace EndToEnd.Tests;

/// <summary>Promise **Hard to rig** as a reader in a crowded network sees it: no wall and no puzzle, but a moment's work.</summary>
public sealed class ChallengeTests(Site site)
{
    private const string Tool = "whisper";
    private const string Page = "/tools/" + Tool;
    private const string Api = "**/api/votes/" + Tool;

    [Fact]
    public async Task A_reader_whose_network_is_crowded_votes_by_a_moments_work_and_is_told_that_it_is_not_counted_yet()
    {
        await using var reader = await site.NewReaderAsync();
        var sent = await CrowdAsync(reader, _ => Challenge(upTo: 400, counter: 300));
        var page = await reader.OpenAsync(Page);
        await page.Locator("form.vote .ship").ClickAsync();

        await Expect(page.Locator("form.vote .ship")).ToHaveAttributeAsync("aria-pressed", "true");
        await Expect(page.OwnVote(Tool))
            .ToHaveTextAsync(
                new Regex(
                    @"^Your vote: ship\. Recorded, not counted yet: many first votes came from your network\. We decide by .* tomorrow\.$"
                )
            );
        await Expect(page.Locator("#announcer")).ToContainTextAsync("Recorded, not counted yet");
        await Expect(page.Locator("[data-work]")).ToHaveCountAsync(0);
        sent.Count.ShouldBe(2);
        var (first, second) = (sent.First(), sent.Last());
        first["altcha"].ShouldBeNull();
        second["nonce"]!.GetValue<string>().ShouldBe(first["nonce"]!.GetValue<string>(), "it is the same voter's same vote");
        reader.Errors.Where(error => !error.Contains("429", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_work_shows_how_far_it_is_without_a_puzzle_and_a_reader_who_cancels_keeps_the_choice()
    {
        await using var reader = await site.NewReaderAsync();
        var sent = await CrowdAsync(reader, _ => Challenge(upTo: 100_000, counter: 100_000));
        var page = await reader.OpenAsync(Page);
        await page.Locator("form.vote .skip").ClickAsync();

        var progress = page.GetByRole(AriaRole.Progressbar);
        await Expect(progress).ToHaveAccessibleNameAsync(new Regex("^Calculating before your vote on .+ is taken$"));
        await Eventually.HoldsAsync(async () => await progress.EvaluateAsync<double>("bar => bar.value") > 0, "the bar moves");
        await Expect(page.Locator("#announcer")).ToContainTextAsync("Many first votes came from your network");
        await Expect(page.Locator("[data-work]")).ToContainTextAsync("There is no puzzle to solve");
        await Expect(page.Locator("[data-work] a")).ToHaveAttributeAsync("href", "/methodology#work");
        await Expect(page.Locator("[data-send-again]")).ToBeHiddenAsync();
        await page.ShouldMeetWcagAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel", Exact = true }).ClickAsync();

        await Expect(page.OwnVote(Tool))
            .ToHaveTextAsync(new Regex("^Many new voters came from your network. Your vote, skip, is kept; try again at "));
        await Expect(page.Locator("[data-work]")).ToHaveCountAsync(0);
        await Expect(page.Locator("[data-send-again]")).ToBeVisibleAsync();
        (await page.EvaluateAsync<string>("() => document.activeElement.className")).ShouldBe("ship", "the focus is still in the form");
        page.Workers.ShouldBeEmpty();
        sent.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_reader_who_chooses_otherwise_during_the_work_votes_so_and_one_who_withdraws_ends_it()
    {
        await using var reader = await site.NewReaderAsync();
        var sent = await CrowdAsync(
            reader,
            n => n == 1 ? Challenge(upTo: 3000, counter: 2500) : Challenge(upTo: 100_000, counter: 100_000)
        );
        var page = await reader.OpenAsync(Page);
        await page.Locator("form.vote .ship").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Progressbar)).ToBeVisibleAsync();
        await page.Locator("form.vote .skip").ClickAsync();

        await Expect(page.OwnVote(Tool)).ToHaveTextAsync(new Regex(@"^Your vote: skip\. Recorded, not counted yet"));
        sent.Select(body => body["choice"]!.GetValue<string>()).ShouldBe(["ship", "skip"]);

        await using var other = await site.NewReaderAsync();
        sent = await CrowdAsync(other, _ => Challenge(upTo: 100_000, counter: 100_000));
        page = await other.OpenAsync(Page);
        await page.Locator("form.vote .ship").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Progressbar)).ToBeVisibleAsync();
        await page.Locator("form.vote [value=withdraw]").ClickAsync();

        await Expect(page.OwnVote(Tool)).ToHaveTextAsync("You have not voted yet.");
        await Expect(page.Locator("[data-work]")).ToHaveCountAsync(0);
        page.Workers.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("delete window.Worker")]
    [InlineData("window.Worker = class { constructor() { throw new Error('blocked'); } }")]
    public async Task Where_the_browser_can_not_do_the_work_the_page_says_when_to_come_again(string without)
    {
        await using var reader = await site.NewReaderAsync();
        await reader.Context.AddInitScriptAsync(without);
        var sent = await CrowdAsync(reader, _ => Challenge(upTo: 10, counter: 5));
        var page = await reader.OpenAsync(Page);
        await page.Locator("form.vote .ship").ClickAsync();

        await Expect(page.OwnVote(Tool))
            .ToHaveTextAsync(new Regex("^Many new voters came from your network. Your vote, ship, is kept; try again at "));
        sent.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_server_that_is_content_with_no_answer_is_answered_twice_and_not_for_ever()
    {
        await using var reader = await site.NewReaderAsync();
        var sent = await CrowdAsync(reader, _ => Challenge(upTo: 10, counter: 5), never: true);
        var page = await reader.OpenAsync(Page);
        await page.Locator("form.vote .ship").ClickAsync();

        await Expect(page.OwnVote(Tool)).ToHaveTextAsync(new Regex("try again at "));
        sent.Count.ShouldBe(3);
    }

    // Stands for a quota that is full, so that the work can be as long as a test needs.
    private static async Task<ConcurrentQueue<JsonNode>> CrowdAsync(Reader reader, Func<int, JsonObject> challenge, bool never = false)
    {
        var sent = new ConcurrentQueue<JsonNode>();
        JsonObject? asked = null;
        await reader.Context.RouteAsync(
            Api,
            async route =>
            {
                if (route.Request.Method != "PUT")
                {
                    await route.ContinueAsync();
                    return;
                }

                var body = JsonNode.Parse(route.Request.PostData!)!;
                sent.Enqueue(body);
                if (asked is not null && !never && body["altcha"]?.GetValue<string>() is { } altcha)
                {
                    ShouldAnswer(altcha, asked);
                    await FulfillAsync(route, 200, Held(body["choice"]!.GetValue<string>()));
                    return;
                }

                asked = challenge(sent.Count);
                await FulfillAsync(
                    route,
                    429,
                    new JsonObject
                    {
                        ["type"] = "urn:problem-type:too-many-new-voters",
                        ["status"] = 429,
                        ["challenge"] = asked.DeepClone(),
                    }
                );
            }
        );
        return sent;
    }

    private static Task FulfillAsync(IRoute route, int status, JsonObject body) =>
        route.FulfillAsync(
            new()
            {
                Status = status,
                ContentType = status == 200 ? "application/json" : "application/problem+json",
                Headers = new Dictionary<string, string> { ["Retry-After"] = "3600" },
                Body = body.ToJsonString(),
            }
        );

    private static JsonObject Held(string choice) =>
        new()
        {
            ["tool"] = Tool,
            ["choice"] = choice,
            ["seq"] = 1,
            ["at"] = DateTimeOffset.UtcNow.ToString("O", CultureInfo.InvariantCulture),
            ["state"] = "held",
            ["reason"] = "crowded-network",
            ["decidedBy"] = DateTimeOffset.UtcNow.AddDays(1).ToString("O", CultureInfo.InvariantCulture),
        };

    private static JsonObject Challenge(int upTo, int counter)
    {
        var (nonce, salt) = (RandomNumberGenerator.GetBytes(16), RandomNumberGenerator.GetBytes(16));
        return new()
        {
            ["parameters"] = new JsonObject
            {
                ["algorithm"] = "PBKDF2/SHA-256",
                ["cost"] = 1000,
                ["data"] = new JsonObject { ["for"] = "", ["upTo"] = upTo },
                ["expiresAt"] = DateTimeOffset.UtcNow.AddMinutes(10).ToUnixTimeSeconds(),
                ["keyLength"] = 32,
                ["keyPrefix"] = Convert.ToHexStringLower(Derive(nonce, salt, counter).AsSpan(0, 16)),
                ["keySignature"] = "",
                ["nonce"] = Convert.ToHexStringLower(nonce),
                ["salt"] = Convert.ToHexStringLower(salt),
            },
            ["signature"] = "00",
        };
    }

    private static void ShouldAnswer(string altcha, JsonObject asked)
    {
        var answer = JsonNode.Parse(Convert.FromBase64String(altcha))!;
        JsonNode.DeepEquals(answer["challenge"], asked).ShouldBeTrue("the challenge comes back as it was sent");
        var (parameters, solution) = (asked["parameters"]!, answer["solution"]!);
        Convert
            .ToHexStringLower(Derive(Bytes(parameters["nonce"]!), Bytes(parameters["salt"]!), solution["counter"]!.GetValue<int>()))
            .ShouldBe(solution["derivedKey"]!.GetValue<string>());
        solution["derivedKey"]!.GetValue<string>().ShouldStartWith(parameters["keyPrefix"]!.GetValue<string>());
    }

    private static byte[] Bytes(JsonNode hex) => Convert.FromHexString(hex.GetValue<string>());

    private static byte[] Derive(byte[] nonce, byte[] salt, int counter) =>
        Rfc2898DeriveBytes.Pbkdf2(
            (byte[])[.. nonce, .. Convert.FromHexString(counter.ToString("x8", CultureInfo.InvariantCulture))],
            salt,
            1000,
            HashAlgorithmName.SHA256,
            32
        );
}
