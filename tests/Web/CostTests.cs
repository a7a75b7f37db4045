using System.Diagnostics;
using System.Net;

namespace Web.Tests;

/// <summary>Promise **Bounded**: what costs much is made once for everyone, or refused in words.</summary>
public class CostTests
{
    private const string Page = "/compare/cursor-2-0-vs-smolvlm2-2b";
    private static readonly (string, string) Voter = ("Cookie", "voter=known-voter");

    [Theory]
    [InlineData("/?x={0}")]
    [InlineData(Page + "?utm_source={0}")]
    [InlineData("/tools?page=1&fbclid={0}")]
    [InlineData("/compare?a=&b=&x={0}")]
    [InlineData("/sitemap.xml?x={0}")]
    [InlineData("/feed.xml?x={0}")]
    [InlineData("/newsletter?x={0}")]
    public async Task Bounded_names_that_a_page_does_not_read_make_no_other_page(string address)
    {
        await using var site = await Site.OpenAsync("--Web:PageCacheSeconds=60");
        (await site.GetAsync(string.Format(address, 0))).StatusCode.ShouldBe(HttpStatusCode.OK);
        var asked = site.Backend.Received.Count;
        for (var n = 1; n < 10; n++)
            (await site.GetAsync(string.Format(address, n))).StatusCode.ShouldBe(HttpStatusCode.OK);
        site.Backend.Received.Count.ShouldBe(asked);
    }

    [Theory]
    [InlineData("Cookie", "theme=dark; session={0}")]
    [InlineData("Cookie", "voter={0} not one of ours")]
    [InlineData("Accept-Encoding", "gzip;q=0.{0}, made-up-{0}")]
    [InlineData("Accept-Encoding", "gzip,  deflate;q=0.{0}")]
    public async Task Bounded_headers_that_are_not_a_voters_make_no_other_page(string name, string value)
    {
        await using var site = await Site.OpenAsync("--Web:PageCacheSeconds=60");
        using var first = await site.GetAsync(Page, ("Accept-Encoding", "gzip"), (name, string.Format(value, 1)));
        var asked = site.Backend.Received.Count;
        for (var n = 2; n < 10; n++)
        {
            using var answer =
                name == "Accept-Encoding"
                    ? await site.GetAsync(Page, (name, string.Format(value, n)))
                    : await site.GetAsync(Page, ("Accept-Encoding", "gzip"), (name, string.Format(value, n)));
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            answer.Content.Headers.ContentEncoding.ShouldBe(["gzip"]);
        }

        site.Backend.Received.Count.ShouldBe(asked);
    }

    [Fact]
    public async Task A_parameter_that_a_page_reads_and_a_voters_cookie_make_a_page_of_their_own()
    {
        await using var site = await Site.OpenAsync("--Web:PageCacheSeconds=60");
        (await site.PageAsync("/tools?sort=newest")).QuerySelector("option[selected][value=newest]").ShouldNotBeNull();
        (await site.PageAsync("/tools?sort=panel")).QuerySelector("option[selected][value=panel]").ShouldNotBeNull();
        await site.PageAsync(Page);
        var asked = site.Backend.Received.Count;
        await site.PageAsync(Page, HttpStatusCode.OK, Voter);
        site.Backend.Received.Count.ShouldBeGreaterThan(asked);
        using var none = await site.GetAsync(Page, ("Accept-Encoding", "br;q=0, gzip;q=0"));
        none.Content.Headers.ContentEncoding.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(Page)]
    [InlineData("/tools/no-such-tool")]
    [InlineData("/no-such-page")]
    public async Task Bounded_pages_past_the_cache_are_limited_by_network_and_kept_ones_are_not(string path)
    {
        await using var site = await Site.OpenAsync(
            "--Web:PageCacheSeconds=60",
            "--RateLimits:PagesPerSecond=1",
            "--Proxies:KnownNetworks:0=127.0.0.0/8"
        );
        (string, string) client = ("X-Forwarded-For", "6.6.6.6"),
            neighbour = ("X-Forwarded-For", "203.0.113.9");
        await site.PageAsync("/", HttpStatusCode.OK, client);
        HttpResponseMessage answer;
        var asked = 0;
        do
        {
            answer = await site.GetAsync(path, Voter, client);
            (++asked).ShouldBeLessThan(1000, "no limit was met");
        } while (answer.StatusCode != HttpStatusCode.TooManyRequests);
        answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds.ShouldBeGreaterThan(0);
        answer.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("default-src 'none'");
        (await Site.ReadAsync(answer, HttpStatusCode.TooManyRequests)).Words("h1").ShouldBe("That was a little fast");

        await site.PageAsync("/", HttpStatusCode.OK, client);
        await site.PageAsync(Page, HttpStatusCode.OK, Voter, neighbour);
    }

    [Fact]
    public async Task Bounded_a_flood_of_cards_is_refused_beyond_a_short_queue_and_anothers_card_is_drawn_meanwhile()
    {
        await using var site = await Site.OpenAsync("--RateLimits:CostlyPerSecond=1000", "--Proxies:KnownNetworks:0=127.0.0.0/8");
        for (var n = 0; n < 100; n++)
            site.Backend.Tools[$"odd-{n}"] = new(SampleCatalog.Split) { ["slug"] = $"odd-{n}", ["name"] = $"Odd {n}" };
        var flood = Enumerable
            .Range(0, 100)
            .Select(n => site.GetAsync($"/tools/odd-{n}/card.png", ("X-Forwarded-For", "6.6.6.6")))
            .ToList();
        using var honest = await site.GetAsync("/tools/cursor-2-0/card.png", ("X-Forwarded-For", "203.0.113.9"));
        honest.StatusCode.ShouldBe(HttpStatusCode.OK);
        honest.Content.Headers.ContentType!.MediaType.ShouldBe("image/png");

        var answers = await Task.WhenAll(flood);
        answers.ShouldContain(answer => answer.StatusCode == HttpStatusCode.OK);
        var refused = answers.Where(answer => answer.StatusCode != HttpStatusCode.OK).ToList();
        refused.Count.ShouldBeGreaterThan(20);
        refused.ShouldAllBe(answer =>
            answer.StatusCode == HttpStatusCode.ServiceUnavailable
            && answer.Headers.RetryAfter != null
            && answer.Headers.CacheControl!.NoStore
        );
    }

    [Fact]
    public async Task Bounded_one_card_that_many_ask_for_at_once_is_drawn_for_all_of_them()
    {
        await using var site = await Site.OpenAsync("--RateLimits:CostlyPerSecond=1000");
        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => site.GetAsync("/tools/cursor-2-0/card.png")));
        answers.ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.OK);
    }

    [Fact]
    public async Task Bounded_the_description_of_the_API_is_laid_together_once_and_not_sent_twice()
    {
        await using var site = await Site.OpenAsync();
        using var first = await site.GetAsync("/openapi/v1.json");
        first.StatusCode.ShouldBe(HttpStatusCode.OK);
        for (var n = 0; n < 10; n++)
        {
            using var again = await site.GetAsync("/openapi/v1.json", ("If-None-Match", first.Headers.ETag!.Tag));
            again.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        }

        using var head = await site.SendAsync(HttpMethod.Head, "/openapi/v1.json", null);
        head.StatusCode.ShouldBe(HttpStatusCode.OK);
        site.Backend.Received.Count(request => request.Path == "/openapi/v1.json").ShouldBeLessThan(10, "four services, asked once");
    }

    [Fact]
    public async Task Bounded_readiness_is_checked_at_most_once_a_second()
    {
        await using var site = await Site.OpenAsync();
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => site.GetAsync("/health/ready")));
        site.Backend.Received.Count(request => request.Path == "/api/categories")
            .ShouldBeLessThanOrEqualTo((int)clock.Elapsed.TotalSeconds + 1);
    }

    [Theory]
    [InlineData("X-Forwarded-For", "203.0.113.9")]
    [InlineData("Forwarded", "for=203.0.113.9")]
    [InlineData("X-Forwarded-Proto", "https")]
    public async Task Metrics_are_for_Prometheus_and_not_for_whom_a_proxy_lets_in(string header, string value)
    {
        foreach (var known in (string[])["127.0.0.0/8", "private"])
        {
            await using var site = await Site.OpenAsync($"--Proxies:KnownNetworks:0={known}");
            using var scraped = await site.GetAsync("/metrics");
            scraped.StatusCode.ShouldBe(HttpStatusCode.OK);
            using var passedOn = await site.GetAsync("/metrics", (header, value));
            passedOn.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        }
    }

    [Fact]
    public async Task What_is_dropped_is_measured_from_the_start()
    {
        await using var site = await Site.OpenAsync();
        using var scraped = await site.GetAsync("/metrics");
        var metrics = await scraped.Content.ReadAsStringAsync();
        foreach (var reason in (string[])["network", "silent", "idle", "late", "refused"])
            metrics.ShouldMatch($"connections_dropped_total\\{{[^}}]*reason=\"{reason}\"[^}}]*\\}} \\d");
    }
}
