using System.Net;
using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>From the home page a stranger follows every link: nothing is broken, and no page sets a cookie.</summary>
public partial class CrawlTests(Site site)
{
    private const string Nowhere = "/nowhere-to-be-found";

    [Fact]
    public async Task Every_link_on_the_site_leads_somewhere()
    {
        var seen = new HashSet<string> { "/", "/sitemap.xml", "/feed.xml", "/robots.txt", Nowhere };
        var queue = new Queue<(string Path, string From)>(seen.Select(path => (path, "start")));
        var broken = new List<string>();
        while (queue.TryDequeue(out var next))
        {
            using var answer = await site.Http.GetAsync(next.Path);
            if (answer.Headers.Contains("Set-Cookie"))
                broken.Add($"{next.Path} sets a cookie");
            if (answer.StatusCode is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther)
            {
                Follow(answer.Headers.Location!.ToString(), next.Path);
                continue;
            }

            if (answer.StatusCode != HttpStatusCode.OK)
            {
                broken.Add($"{next.Path} (linked from {next.From}): {(int)answer.StatusCode}");
                continue;
            }

            foreach (Match link in Links().Matches(await answer.Content.ReadAsStringAsync()))
                Follow(WebUtility.HtmlDecode(link.Groups[1].Value), next.Path);
        }

        // The one that is broken on purpose shows that the others would have been found.
        broken.ShouldBe([$"{Nowhere} (linked from start): 404"]);
        seen.Count.ShouldBeGreaterThan(45);

        void Follow(string href, string from)
        {
            if (
                Uri.TryCreate(new Uri(site.Address, from), href, out var target)
                && target.Authority == site.Address.Authority
                && seen.Add(target.PathAndQuery)
                && seen.Count < 1000
            )
                queue.Enqueue((target.PathAndQuery, from));
        }
    }

    [Fact]
    public async Task Every_page_of_the_site_map_opens_in_a_browser_without_a_complaint()
    {
        var map = await site.Http.GetStringAsync("/sitemap.xml");
        await using var reader = await site.NewReaderAsync();
        var page = await reader.OpenAsync("/");
        var problems = new List<string>();
        page.Response += (_, answer) =>
        {
            if (answer.Status >= 400)
                problems.Add($"{answer.Url}: {answer.Status}");
        };
        var opened = 0;
        foreach (
            var path in Locations()
                .Matches(map)
                .Select(match => new Uri(match.Groups[1].Value).AbsolutePath)
                .Where(path => !path.EndsWith(".xml", StringComparison.Ordinal))
        )
        {
            await page.GotoAsync(path);
            var lost = await page.EvaluateAsync<string[]>(
                "() => [...document.querySelectorAll('a[href^=\"#\"]')].map(a => a.getAttribute('href')).filter(href => !document.querySelector(href))"
            );
            problems.AddRange(lost.Select(anchor => $"{path}: {anchor} leads nowhere"));
            opened++;
        }

        problems.ShouldBeEmpty();
        reader.Errors.ShouldBeEmpty();
        opened.ShouldBeGreaterThan(35);
    }

    [GeneratedRegex("<loc>([^<]+)")]
    private static partial Regex Locations();

    [GeneratedRegex("""(?:href|src|action(?=="/newsletter"))="([^"#]+)|<loc>([^<]+)""")]
    private static partial Regex Links();
}
