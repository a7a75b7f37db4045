using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace EndToEnd.Tests;

/// <summary>Promise **Fresh** on other sites' pages, in a browser that blocks third-party cookies.</summary>
public sealed class EmbeddingTests(Site site) : IAsyncLifetime
{
    private const string Tool = "cursor-2-0";
    private const string Other = "smolvlm2-2b";
    private readonly string _profile = Directory.CreateTempSubdirectory("profile").FullName;
    private Publisher _publisher = null!;
    private Reader _reader = null!;

    private string Origin => site.Address.GetLeftPart(UriPartial.Authority);

    private string Script => $"<script type=\"module\" src=\"{Origin}/embed.js\"></script>";

    // Nothing but the one script, the numbers, the badge and the frame; no styles, and no markup made of text.
    private string Policy =>
        $"default-src 'none'; script-src {Origin}; connect-src {Origin}; img-src {Origin}; frame-src {Origin}; "
        + "require-trusted-types-for 'script'";

    public async ValueTask InitializeAsync()
    {
        _publisher = await Publisher.StartAsync();
        _reader = await site.NewReaderWithoutThirdPartyCookiesAsync(_profile);
    }

    public async ValueTask DisposeAsync()
    {
        await _reader.DisposeAsync();
        await _publisher.DisposeAsync();
        Directory.Delete(_profile, recursive: true);
    }

    [Fact]
    public async Task Fresh_component_frame_and_badge_move_on_a_publishers_page_with_a_strict_policy()
    {
        await site.CastAsync(Tool, "ship");
        var page = await _reader.OpenAsync(
            _publisher.Publish(
                "article",
                $"""
                <live-verdict tool="{Tool}"><a href="{Origin}/tools/{Tool}">What readers say</a></live-verdict>
                <live-comparison tools="{Tool} {Other}"></live-comparison>
                <iframe id="frame" src="{Origin}/embed/{Tool}" title="Verdict"></iframe>
                <img id="badge" src="{Origin}/badge/{Tool}.svg" alt="Verdict">
                {Script}
                """,
                Policy
            )
        );
        ILocator[] captions =
        [
            page.Locator("live-verdict .caption"),
            page.Locator("live-comparison .caption").First,
            page.FrameLocator("#frame").Locator(".caption"),
        ];
        var total = (await site.Http.GetStringAsync($"/api/tallies/{Tool}")) is var json ? Number(json, "total") : 0;
        foreach (var caption in captions)
            await Expect(caption).ToContainTextAsync(Votes(total));
        await Expect(page.Locator("live-verdict .percent")).ToHaveCSSAsync("font-weight", "600");

        await site.CastAsync(Tool, "skip");

        foreach (var caption in captions)
            await Expect(caption).ToContainTextAsync(Votes(total + 1));
        await Expect(page.Locator("live-verdict[stale]")).ToHaveCountAsync(0);
        (await page.EvaluateAsync<int>("document.getElementById('badge').naturalHeight")).ShouldBe(20);
        (await site.Http.GetStringAsync($"/badge/{Tool}.svg")).ShouldContain(Votes(total + 1));
        (await _reader.Context.CookiesAsync()).ShouldBeEmpty();
        _reader.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Fresh_all_components_of_a_page_share_one_stream_and_an_unknown_tool_leaves_the_others_alone()
    {
        var streams = 0;
        var page = await _reader.Context.NewPageAsync();
        page.Request += (_, request) =>
        {
            if (request.Url.Contains("/api/tallies/stream", StringComparison.Ordinal))
                streams++;
        };
        await page.GotoAsync(
            _publisher.Publish(
                "many",
                $"""
                <live-verdict tool="{Tool}" lang="de"></live-verdict><live-verdict tool="{Other}"></live-verdict>
                <live-comparison tools="{Tool} {Other}"></live-comparison>
                <live-verdict id="unknown" tool="nobody-knows-it"><a href="/somewhere">A link</a></live-verdict>
                {Script}
                """
            )
        );
        await Expect(page.Locator("live-comparison .verdict")).ToHaveCountAsync(2);
        await Expect(page.Locator("live-verdict .verdict")).ToHaveCountAsync(2);
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "A link" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Abstimmen" })).ToBeVisibleAsync();
        // The stream is opened again when another element's tool becomes known.
        streams.ShouldBeLessThanOrEqualTo(2);
    }

    [Fact]
    public async Task Without_a_network_the_last_known_number_is_greyed_and_never_blank()
    {
        await site.CastAsync(Tool, "ship");
        var page = await _reader.OpenAsync(
            _publisher.Publish(
                "train",
                $"<live-verdict tool='{Tool}'></live-verdict><iframe id='frame' src='{Origin}/embed/{Tool}'></iframe>{Script}"
            )
        );
        var percent = page.Locator("live-verdict .percent");
        await Expect(percent).ToHaveTextAsync(new Regex(@"^\d+\.\d%$"));
        var (shown, color) = (await percent.InnerTextAsync(), await ColorOf(percent));

        await _reader.Context.SetOfflineAsync(true);

        await Expect(page.Locator("live-verdict[stale]")).ToBeVisibleAsync();
        await Expect(page.FrameLocator("#frame").Locator("live-verdict[stale]")).ToBeVisibleAsync();
        await Expect(percent).ToHaveTextAsync(shown);
        await Expect(page.Locator("live-verdict [part='stale']")).ToBeVisibleAsync();
        (await ColorOf(percent)).ShouldNotBe(color);

        await _reader.Context.SetOfflineAsync(false);
        await Expect(page.Locator("live-verdict[stale]")).ToHaveCountAsync(0);
        await site.CastAsync(Tool, "ship");
        await Expect(page.Locator("live-verdict[stale]")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_frame_is_as_high_as_what_it_shows()
    {
        var page = await _reader.OpenAsync(
            _publisher.Publish(
                "frames",
                $"<iframe id='frame' src='{Origin}/embed/compare/{Tool}-vs-{Other}' width='260' height='20'></iframe>{Script}"
            )
        );
        await Expect(page.FrameLocator("#frame").Locator(".verdict")).ToHaveCountAsync(2);
        await Expect(page.Locator("#frame")).ToHaveAttributeAsync("height", new Regex("^[3-9][0-9][0-9]$"));
        var inside = await page.FrameLocator("#frame").Locator("html").EvaluateAsync<double>("root => root.getBoundingClientRect().height");
        (await page.Locator("#frame").GetAttributeAsync("height")).ShouldBe($"{Math.Ceiling(inside)}");
    }

    [Theory]
    [InlineData($"/embed/{Tool}?lang=fr")]
    [InlineData($"/embed/compare/{Tool}-vs-{Other}?lang=de&theme=dark")]
    public async Task A_frame_shows_the_same_without_its_script(string path)
    {
        await site.CastAsync(Tool, "ship");
        await using var plain = await site.NewReaderAsync(new() { JavaScriptEnabled = false });
        await using var scripted = await site.NewReaderAsync();
        var live = await scripted.OpenAsync(path);
        await Expect(live.Locator("link[rel='stylesheet'][href*='/assets/embed']")).ToHaveCountAsync(0); // the script has taken over
        var served = await plain.OpenAsync(path);
        (await Shown(served)).ShouldBe(await Shown(live));
        scripted.Errors.ShouldBeEmpty();

        static async Task<string> Shown(IPage page)
        {
            var size = (await page.Locator(".verdicts").BoundingBoxAsync())!;
            var source = await page.Locator(".source").InnerTextAsync();
            return $"{await page.Locator(".verdicts").InnerTextAsync()} {source} {size.Width}x{size.Height}";
        }
    }

    [Fact]
    public async Task A_frame_meets_wcag()
    {
        await using var reader = await site.NewReaderAsync();
        foreach (var theme in (string[])["light", "dark"])
        {
            var page = await reader.OpenAsync($"/embed/compare/{Tool}-vs-{Other}?theme={theme}");
            await Expect(page.Locator("link[rel='stylesheet'][href*='/assets/embed']")).ToHaveCountAsync(0);
            await page.ShouldMeetWcagAsync();
        }
    }

    private static string Votes(long total) => total == 1 ? "1 vote" : $"{total} votes";

    private static long Number(string json, string name) =>
        System.Text.Json.JsonDocument.Parse(json).RootElement.GetProperty(name).GetInt64();

    private static Task<string> ColorOf(ILocator text) => text.EvaluateAsync<string>("element => getComputedStyle(element).color");
}
