using System.Diagnostics;
using Microsoft.Playwright;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace EndToEnd.Tests;

/// <summary>Promise **Fresh** on networks that fail, hang and block.</summary>
public class LiveConnectionTests(Site site)
{
    private const string Interrupted = "Live updates are interrupted. The numbers may be out of date. Reconnecting…";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Fresh_where_WebSockets_are_blocked_the_event_stream_takes_over_and_nothing_is_said(bool atOnce)
    {
        await using var reader = await site.NewReaderAsync();
        // A proxy that closes the socket, and one that lets it open and passes nothing on.
        await reader.Context.RouteWebSocketAsync(
            "**/hubs/tallies",
            socket =>
            {
                if (atOnce)
                    _ = socket.CloseAsync();
            }
        );
        var page = await reader.OpenAsync();
        await NoteLineAsync(page);
        await Expect(page.Locator("[data-live]").First).ToBeVisibleAsync(new() { Timeout = 20_000 });

        var ship = page.Locator("[data-tool='cursor-2-0'] [data-show='ship']").First;
        var before = int.Parse((await ship.TextContentAsync())!, System.Globalization.CultureInfo.InvariantCulture);
        await page.Button("Ship", "Cursor 2.0").ClickAsync();
        await Expect(ship).ToHaveTextAsync($"{before + 1}");
        await page.Button("Skip", "Cursor 2.0").ClickAsync();
        await Expect(ship).ToHaveTextAsync($"{before}");
        (await page.EvaluateAsync<string[]>("() => window.said")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Fresh_an_outage_is_noticed_in_seconds_and_the_numbers_are_live_in_seconds_after_it()
    {
        await using var reader = await site.NewReaderAsync();
        var page = await reader.OpenLiveAsync();
        await reader.Context.SetOfflineAsync(true);
        await Expect(page.Locator("#connection")).ToHaveTextAsync(Interrupted, new() { Timeout = 4_000 });
        await Expect(page.Locator("[data-live]").First).ToBeHiddenAsync();
        // Long enough for the pauses between attempts to have grown.
        await Task.Delay(TimeSpan.FromSeconds(8));

        await reader.Context.SetOfflineAsync(false);
        await Expect(page.Locator("[data-live]").First).ToBeVisibleAsync(new() { Timeout = 4_000 });
        await Expect(page.Locator("#connection")).ToHaveTextAsync("");
    }

    [Fact]
    public async Task Fresh_a_network_that_dies_while_the_page_connects_is_said_and_the_page_is_live_at_once_when_it_is_looked_at_again()
    {
        await using var reader = await site.NewReaderAsync();
        var dead = true;
        await reader.Context.RouteWebSocketAsync(
            "**/hubs/tallies",
            socket =>
            {
                if (!dead)
                    socket.ConnectToServer();
            }
        );
        await reader.Context.RouteAsync("**/api/tallies/stream?**", route => dead ? Task.CompletedTask : route.ContinueAsync());
        var page = await reader.OpenAsync();
        await Expect(page.Locator("#connection")).ToHaveTextAsync(Interrupted, new() { Timeout = 12_000 });

        dead = false;
        var back = Stopwatch.StartNew();
        await Task.Delay(TimeSpan.FromSeconds(5));
        await page.EvaluateAsync("() => document.dispatchEvent(new Event('visibilitychange'))");
        await Expect(page.Locator("[data-live]").First).ToBeVisibleAsync(new() { Timeout = 20_000 });
        back.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(18), "an attempt that hangs is given up in seconds");
    }

    [Fact]
    public async Task Exact_a_newer_epoch_wins_whatever_the_version_and_a_snapshot_replaces_what_is_shown()
    {
        await using var reader = await site.NewReaderAsync();
        await reader.Context.RouteWebSocketAsync("**/hubs/tallies", socket => _ = socket.CloseAsync());
        await reader.Context.RouteAsync("**/api/tallies/stream?**", route => route.AbortAsync());
        var page = await reader.OpenAsync("/tools/notebooklm");
        var module = await page.Locator("link[rel=modulepreload][href*='/tallies.']").GetAttributeAsync("href");
        async Task<string> AfterAsync(string calls) =>
            await page.EvaluateAsync<string>(
                $$"""
                async () => {
                  const { showSnapshot, showChange, disconnected } = await import('{{module}}');
                  const tally = (epoch, version, ship) => ({ tool: 'notebooklm', epoch, version, ship, skip: 0, total: ship, shipPercent: 100, interval: { low: 50, high: 100 } });
                  {{calls}}
                  return document.querySelector("[data-tool='notebooklm'] [data-show='ship']").textContent;
                }
                """
            );
        (await AfterAsync("showSnapshot([tally(undefined, 9, 9)]); showChange(tally(undefined, 8, 8));")).ShouldBe(
            "9",
            "an older version of one epoch"
        );
        (await AfterAsync("showChange(tally(2, 1, 1));")).ShouldBe("1", "a newer epoch with a lower version");
        (await AfterAsync("showChange(tally(1, 99, 99));")).ShouldBe("1", "an older epoch with a higher version");
        (await AfterAsync("showSnapshot([tally(1, 5, 5)]);")).ShouldBe("1", "a snapshot that was overtaken on its own connection");
        (await AfterAsync("disconnected(); showSnapshot([tally(1, 5, 5)]);")).ShouldBe("5", "the snapshot of a new connection");
    }

    private static Task NoteLineAsync(IPage page) =>
        page.EvaluateAsync(
            "() => { window.said = []; const line = document.getElementById('connection'); new MutationObserver(() => { if (line.textContent) window.said.push(line.textContent); }).observe(line, { childList: true, characterData: true, subtree: true }); }"
        );
}
