using System.Net;
using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>From the home page a stranger follows every link: nothing is broken, and no page sets a cookie.</summary>
public partial class CrawlTests(Site site)
{
    [Fact]
    public async Task Every_link_on_the_site_leads_somewhere()
    {
        var seen = new HashSet<string> { "/", "/sitemap.xml", "/feed.xml", "/robots.txt" };
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

        broken.ShouldBeEmpty();
        seen.Count.ShouldBeGreaterThan(45);

        void Follow(string href, string from)
        {
            if (Uri.TryCreate(new Uri(site.Address, from), href, out var target) && target.Authority == site.Address.Authority
                && seen.Add(target.PathAndQuery) && seen.Count < 1000)
                queue.Enqueue((target.PathAndQuery, from));
        }
    }

    [GeneratedRegex("""(?:href|src|action(?=="/newsletter"))="([^"#]+)|<loc>([^<]+)""")]
    private static partial Regex Links();
}
