using Deque.AxeCore.Commons;
using Microsoft.Playwright;
using Shouldly;

namespace EndToEnd.Tests;

/// <summary>WCAG 2.2 AA as far as a machine can judge it.</summary>
internal static class Wcag
{
    private static readonly string Script = new BundledAxeScriptProvider().GetScript();

    // Passed on as axe.run takes it. Deque's RunAxe opens a page of its own for every result, to bring frames together; the only frames
    // here are the site's embeds, which are judged as pages of their own.
    private const string Run = """
        async () => {
          const { violations } = await axe.run({ exclude: ['iframe'] }, {
            runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
            resultTypes: ['violations'],
          });
          return violations.map(({ id, help, nodes }) => `${id}: ${help} at ${nodes.map(node => node.html).join(', ')}`);
        }
        """;

    /// <summary>
    /// Fails unless axe finds nothing in either theme, wide or narrow, and nothing scrolls sideways, not even in a window of 1280 px zoomed
    /// to 400%.
    /// </summary>
    public static async Task ShouldMeetWcagAsync(this IPage page)
    {
        (await page.Locator("iframe:not([src^='/embed/']), frame, object, embed").CountAsync()).ShouldBe(0, "axe.run looks into no frame");
        await page.EvaluateAsync(Script);
        // Without motion, so that no colour is judged half-way from one theme to the other.
        foreach (
            var (scheme, width) in (IEnumerable<(ColorScheme, int)>)
                [(ColorScheme.Light, 1280), (ColorScheme.Light, 390), (ColorScheme.Dark, 390), (ColorScheme.Dark, 1280)]
        )
        {
            await page.EmulateMediaAsync(new() { ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
            await page.SetViewportSizeAsync(width, 900);
            (await page.EvaluateAsync<string[]>(Run)).ShouldBeEmpty($"{page.Url}, {scheme} at {width} px");
            await NothingScrollsSidewaysAsync(page, width);
        }

        await page.SetViewportSizeAsync(320, 256);
        await NothingScrollsSidewaysAsync(page, 320);
    }

    private static async Task NothingScrollsSidewaysAsync(IPage page, int width) =>
        (
            await page.EvaluateAsync<string[]>(
                "() => document.documentElement.scrollWidth <= innerWidth ? [] : ['the page', ...[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth).map(e => e.outerHTML.slice(0, 120))]"
            )
        ).ShouldBeEmpty($"something makes {page.Url} scroll sideways at {width} px");
}
