using System.Net.Http.Json;
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
        await using var reader = await site.NewReaderAsync(
            new()
            {
                ViewportSize = new() { Width = width, Height = 800 },
            }
        );
        var page = await reader.OpenAsync();
        await EnlargeAsync(page, letters);
        (
            await page.EvaluateAsync<string[]>(
                "() => [...document.querySelectorAll('.figures > div, .figures dt')].filter(e => e.scrollWidth > e.clientWidth).map(e => e.innerText)"
            )
        ).ShouldBeEmpty("a figure overruns the next");
        await page.EvaluateAsync(
            "() => { for (const [part, text] of [['ship', '61,001'], ['skip', '39,000']]) document.querySelectorAll(`.counts [data-show=${part}]`).forEach(e => { e.textContent = text; }); }"
        );
        (
            await page.EvaluateAsync<double[]>(
                """
                () => [...document.querySelectorAll('.counts')].map(counts => {
                  const [ship, skip] = [...counts.children].map(e => e.getBoundingClientRect());
                  return skip.top >= ship.bottom - 1 ? 99 : skip.left - ship.right;
                })
                """
            )
        ).ShouldAllBe(gap => gap >= 8);
    }

    [Fact]
    public async Task A_tablet_leaves_room_for_a_tools_words_and_for_the_chosen_filter()
    {
        await using var reader = await site.NewReaderAsync(
            new()
            {
                ViewportSize = new() { Width = 768, Height = 1000 },
            }
        );
        var page = await reader.OpenAsync("/tools?sort=community");
        (
            await page.EvaluateAsync<double[]>(
                "() => [...document.querySelectorAll('.row-text')].map(e => e.getBoundingClientRect().width)"
            )
        ).ShouldAllBe(width => width > 300);
        (
            await page.EvaluateAsync<string[]>(
                """
                () => [...document.querySelectorAll('.filters select')].flatMap(select => {
                  const style = getComputedStyle(select), pen = document.createElement('canvas').getContext('2d');
                  pen.font = `${style.fontSize} ${style.fontFamily}`;
                  const room = select.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - 20;
                  return [...select.options].map(o => o.label).filter(label => pen.measureText(label).width > room);
                })
                """
            )
        ).ShouldBeEmpty("a choice is cut off");
    }

    [Fact]
    public async Task A_name_of_80_letters_without_a_break_makes_no_page_scroll_sideways()
    {
        var name = new string('W', 80);
        const string Slug = "long-name";
        const string Pair = "deepl-vs-long-name";
        using var http = new HttpClient { BaseAddress = site.Address };
        http.DefaultRequestHeaders.Authorization = new("Bearer", await site.EditorTokenAsync("Ada"));
        var price = new
        {
            label = "Free",
            amount = 0,
            currency = "USD",
            period = (string?)null,
        };
        var tool = new
        {
            name,
            tagline = new string('t', 160),
            maker = new string('M', 80),
            category = "writing",
            description = new string('d', 200),
            website = "https://halo.example/" + new string('x', 200),
            pricing = "p",
            entryPrice = price,
            plans = new[]
            {
                new
                {
                    name = new string('P', 60),
                    amount = 0,
                    currency = "USD",
                },
            },
        };
        (await http.PutAsJsonAsync($"/api/tools/{Slug}", tool, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
        (
            await http.PutAsJsonAsync(
                $"/api/comparisons/{Pair}",
                new { summary = name, pricing = name },
                TestContext.Current.CancellationToken
            )
        ).EnsureSuccessStatusCode();
        using var draft = new HttpRequestMessage(HttpMethod.Put, $"/api/drafts/tools/{Slug}")
        {
            Content = JsonContent.Create(new { @base = 1, document = tool }),
            Headers = { { "If-None-Match", "*" } },
        };
        (await http.SendAsync(draft, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
        await site.StoreIssueAsync(
            "2026-w02",
            $$"""[{"Title":"New comparisons","Links":[{"Title":"{{name}} vs DeepL","Path":"/compare/{{Pair}}","Note":"{{name}}"}]}]"""
        );

        await using var reader = await site.NewReaderAsync(
            new()
            {
                ViewportSize = new() { Width = 320, Height = 800 },
            }
        );
        var page = await reader.OpenAsync($"/tools/{Slug}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Ship" }).First.ClickAsync();
        await Microsoft.Playwright.Assertions.Expect(page.OwnVote(Slug)).ToHaveTextAsync("Your vote: ship.");
        List<string> sideways = [];
        foreach (
            var path in (string[])
                [
                    "/",
                    "/tools",
                    $"/tools/{Slug}",
                    "/categories/writing",
                    $"/compare/{Pair}",
                    $"/compare?a={Slug}",
                    "/votes",
                    "/newsletter",
                    "/newsletter/2026-w02",
                ]
        )
            await LookAsync(path);
        await page.GotoAsync("/admin/sign-in");
        await page.Locator("#token").FillAsync(await site.EditorTokenAsync("Ada"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        foreach (
            var path in (string[])
                [
                    "/admin",
                    "/admin/tools",
                    $"/admin/tools/{Slug}",
                    $"/admin/preview/tools/{Slug}",
                    "/admin/comparisons",
                    $"/admin/comparisons/{Pair}",
                    "/admin/history",
                    "/admin/files",
                ]
        )
            await LookAsync(path);

        http.DefaultRequestHeaders.Add("If-Match", "*");
        foreach (var path in (string[])[$"/api/comparisons/{Pair}", $"/api/drafts/tools/{Slug}", $"/api/tools/{Slug}"])
            (await http.DeleteAsync(path, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
        sideways.ShouldBeEmpty();

        async Task LookAsync(string path)
        {
            (await page.GotoAsync(path))!.Status.ShouldBe(200, path);
            if (await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth") is > 320 and var width)
                sideways.Add($"{path}: {width} px");
        }
    }

    [Fact]
    public async Task In_print_there_is_no_footer_and_no_card_that_has_to_fit_on_one_page()
    {
        await using var reader = await site.NewReaderAsync();
        var page = await reader.OpenAsync();
        await page.EmulateMediaAsync(new() { Media = Media.Print });
        (await page.Locator("footer.site").IsVisibleAsync()).ShouldBeFalse();
        (
            await page.EvaluateAsync<string[]>(
                "() => ['body', '.stands', '.pair'].filter(s => getComputedStyle(document.querySelector(s)).display !== 'block' || getComputedStyle(document.querySelector(s)).breakInside !== 'auto')"
            )
        ).ShouldBeEmpty("pages can be broken anywhere in them");
    }

    // As a reader's own setting does, which the page's sizes follow.
    private static Task EnlargeAsync(IPage page, int percent) =>
        page.EvaluateAsync("percent => { document.documentElement.style.fontSize = percent + '%'; }", percent);
}
