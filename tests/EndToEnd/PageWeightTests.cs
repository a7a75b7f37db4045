using System.Collections.Concurrent;
using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>What a first visit costs a reader on a bad line.</summary>
public class PageWeightTests(Site site)
{
    private const int Most = 60 * 1024,
        MostFonts = 40 * 1024;

    [Theory]
    [InlineData(Reader.Comparison)]
    [InlineData("/")]
    [InlineData("/tools/cursor-2-0")]
    public async Task A_page_with_style_and_script_takes_less_than_60_kB_and_nothing_but_one_style_sheet_holds_it_up(string path)
    {
        await using var reader = await site.NewReaderAsync();
        var page = await reader.Context.NewPageAsync();
        var finished = new ConcurrentBag<IRequest>();
        page.RequestFinished += (_, request) => finished.Add(request);
        await page.GotoAsync(path, new() { WaitUntil = WaitUntilState.NetworkIdle });

        var weights = await Task.WhenAll(
            finished.Select(async request =>
            {
                var sizes = await request.SizesAsync();
                return (Path: new Uri(request.Url).AbsolutePath, Bytes: sizes.ResponseHeadersSize + sizes.ResponseBodySize);
            })
        );
        // The live connection's client comes last, when the page has long been there to read.
        var loaded = weights.Where(weight => !weight.Path.Contains("/signalr.", StringComparison.Ordinal)).ToList();
        var fonts = loaded.Where(weight => weight.Path.EndsWith(".woff2", StringComparison.Ordinal)).ToList();
        fonts.Sum(weight => weight.Bytes).ShouldBeInRange(1, MostFonts);
        loaded.RemoveAll(fonts.Contains);
        loaded.Sum(weight => weight.Bytes).ShouldBeLessThan(Most, string.Join(", ", loaded));
        foreach (var later in (string[])["/challenge.", "/log.", "/receipts.", "/recount.", "/solver.", "/verify."])
            loaded.ShouldNotContain(weight => weight.Path.Contains(later, StringComparison.Ordinal), $"{later} waits until it is needed");
        foreach (var kind in (string[])["/site.", ".css", ".js"])
            loaded.ShouldContain(weight => weight.Path.Contains(kind, StringComparison.Ordinal), $"{kind} is part of what was weighed");
        (
            await page.EvaluateAsync<string[]>(
                "() => performance.getEntriesByType('resource').filter(entry => entry.renderBlockingStatus === 'blocking').map(entry => new URL(entry.name).pathname)"
            )
        )
            .ShouldHaveSingleItem()
            .ShouldEndWith(".css");
        // Text travels compressed: none of it is as long on the way as it is on the page.
        (
            await page.EvaluateAsync<string[]>(
                "() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].filter(entry => /\\.(css|js)$|^[^.]*$/.test(new URL(entry.name).pathname) && entry.encodedBodySize > 1000 && entry.encodedBodySize >= entry.decodedBodySize).map(entry => entry.name)"
            )
        ).ShouldBeEmpty();
    }
}
