using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>Nothing runs into its neighbour, however narrow the window and however large the letters.</summary>
public sealed class NarrowWindowTests(Site site)
{
    [Theory]
    [InlineData(320, 100)]
    [InlineData(320, 200)]
    [InlineData(390, 200)]
    [InlineData(768, 100)]
    [InlineData(768, 200)]
    [InlineData(1280, 100)]
    public async Task Figures_and_counts_keep_apart(int width, int letters)
    {
        await using var reader = await site.NewReaderAsync(new() { ViewportSize = new() { Width = width, Height = 800 } });
        var page = await reader.OpenAsync();
        await EnlargeAsync(page, letters);
        (await page.EvaluateAsync<string[]>(
            "() => [...document.querySelectorAll('.figures > div, .figures dt')].filter(e => e.scrollWidth > e.clientWidth).map(e => e.innerText)")).ShouldBeEmpty("a figure overruns the next");
        await page.EvaluateAsync(
            "() => { for (const [part, text] of [['ship', '61,001'], ['skip', '39,000']]) document.querySelectorAll(`.counts [data-show=${part}]`).forEach(e => { e.textContent = text; }); }");
        (await page.EvaluateAsync<double[]>(
            """
            () => [...document.querySelectorAll('.counts')].map(counts => {
              const [ship, skip] = [...counts.children].map(e => e.getBoundingClientRect());
              return skip.top >= ship.bottom - 1 ? 99 : skip.left - ship.right;
            })
            """)).ShouldAllBe(gap => gap >= 8);
    }

    [Fact]
    public async Task A_tablet_leaves_room_for_a_tools_words_and_for_the_chosen_filter()
    {
        await using var reader = await site.NewReaderAsync(new() { ViewportSize = new() { Width = 768, Height = 1000 } });
        var page = await reader.OpenAsync("/tools?sort=community");
        (await page.EvaluateAsync<double[]>("() => [...document.querySelectorAll('.row-text')].map(e => e.getBoundingClientRect().width)")).ShouldAllBe(width => width > 300);
        (await page.EvaluateAsync<string[]>(
            """
            () => [...document.querySelectorAll('.filters select')].flatMap(select => {
              const style = getComputedStyle(select), pen = document.createElement('canvas').getContext('2d');
              pen.font = `${style.fontSize} ${style.fontFamily}`;
              const room = select.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - 20;
              return [...select.options].map(o => o.label).filter(label => pen.measureText(label).width > room);
            })
            """)).ShouldBeEmpty("a choice is cut off");
    }

    [Fact]
    public async Task In_print_there_is_no_footer_and_no_card_that_has_to_fit_on_one_page()
    {
        await using var reader = await site.NewReaderAsync();
        var page = await reader.OpenAsync();
        await page.EmulateMediaAsync(new() { Media = Media.Print });
        (await page.Locator("footer.site").IsVisibleAsync()).ShouldBeFalse();
        (await page.EvaluateAsync<string[]>(
            "() => ['body', '.pair.cards', '.cards > .card'].filter(s => getComputedStyle(document.querySelector(s)).display !== 'block' || getComputedStyle(document.querySelector(s)).breakInside !== 'auto')"))
            .ShouldBeEmpty("pages can be broken anywhere in them");
    }

    // As a reader's own setting does, which the page's sizes follow.
    private static Task EnlargeAsync(IPage page, int percent) => page.EvaluateAsync("percent => { document.documentElement.style.fontSize = percent + '%'; }", percent);
}
