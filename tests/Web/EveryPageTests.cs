using System.Net;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;

namespace Web.Tests;

public class EveryPageTests
{
    private static readonly string[] Every =
    [
        "/",
        "/tools",
        "/tools?q=cursor&sort=community&price=free&verdict=panel-ship",
        "/tools/cursor-2-0",
        "/compare",
        "/compare/cursor-2-0-vs-smolvlm2-2b",
        "/categories/developer-tools",
        "/votes",
        "/votes/forget",
        "/methodology",
        "/verify",
        "/newsletter",
        "/newsletter/2026-w48",
        "/newsletter/confirm?token=abc",
        "/newsletter/unsubscribe?token=abc",
        "/newsletter/refuse?token=abc",
    ];

    public static TheoryData<string> Pages => new(Every);

    [Theory, MemberData(nameof(Pages))]
    public async Task Has_a_title_a_description_a_canonical_link_one_heading_and_no_cookie(string path)
    {
        await using var site = await Site.OpenAsync("--Web:PublicOrigin=https://verdicts.example");
        using var answer = await site.GetAsync(path);
        answer.Headers.Contains("Set-Cookie").ShouldBeFalse();
        var page = await Site.ReadAsync(answer);

        page.Title!.Length.ShouldBeGreaterThan(5);
        page.QuerySelector("meta[name=description]")!.GetAttribute("content").ShouldNotBeNullOrWhiteSpace();
        page.QuerySelector("link[rel=canonical]")!.GetAttribute("href")!.ShouldStartWith("https://verdicts.example/");
        page.QuerySelector("meta[property='og:title']").ShouldNotBeNull();
        page.QuerySelectorAll("h1").Length.ShouldBe(1);
        page.QuerySelectorAll("[style], style, script:not([src]):not([type='application/ld+json'])")
            .ShouldBeEmpty("the policy forbids inline style and script");
        page.QuerySelectorAll("[id]").Select(element => element.Id).ShouldBeUnique();
        foreach (var field in page.QuerySelectorAll("input:not([type=hidden]), select"))
            page.QuerySelector($"label[for='{field.Id}']").ShouldNotBeNull($"{field.OuterHtml} needs a label");
    }

    [Theory, MemberData(nameof(Pages))]
    public async Task Carries_the_security_headers(string path)
    {
        await using var site = await Site.OpenAsync();
        using var answer = await site.GetAsync(path);
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        policy.ShouldContain("default-src 'none'");
        policy.ShouldNotContain("unsafe");
        answer.Headers.GetValues("X-Content-Type-Options").Single().ShouldBe("nosniff");
        answer.Headers.Contains("Referrer-Policy").ShouldBeTrue();
        answer.Headers.Contains("Permissions-Policy").ShouldBeTrue();
        answer.Headers.GetValues("Cross-Origin-Opener-Policy").Single().ShouldBe("same-origin");
        (answer.Headers.CacheControl!.NoCache || answer.Headers.CacheControl.NoStore).ShouldBeTrue();
    }

    [Fact]
    public async Task Structured_data_says_what_the_page_shows()
    {
        await using var site = await Site.OpenAsync();
        site.Backend.Votes["smolvlm2-2b"] = (12, 3);
        var page = await site.PageAsync("/compare/cursor-2-0-vs-smolvlm2-2b");
        var data = page.QuerySelectorAll("script[type='application/ld+json']")
            .Select(script => JsonDocument.Parse(script.TextContent).RootElement)
            .ToList();

        var tools = data.Where(part => part.GetProperty("@type").GetString() == "SoftwareApplication").ToList();
        tools.Select(tool => tool.GetProperty("name").GetString()).ShouldBe(["Cursor 2.0", "SmolVLM2-2B"]);
        tools[0].TryGetProperty("aggregateRating", out _).ShouldBeFalse("there are no votes");
        tools[1].GetProperty("aggregateRating").GetProperty("ratingValue").GetDouble().ShouldBe(80);
        tools[1].GetProperty("aggregateRating").GetProperty("ratingCount").GetInt64().ShouldBe(15);
        foreach (var review in tools.SelectMany(tool => tool.GetProperty("review").EnumerateArray()))
            page.Words("main").ShouldContain(review.GetProperty("reviewBody").GetString()!);
        data.ShouldContain(part => part.GetProperty("@type").GetString() == "BreadcrumbList");
    }

    [Fact]
    public async Task Hostile_words_in_the_catalog_stay_words()
    {
        await using var site = await Site.OpenAsync();
        const string Hostile = "</script><script>alert(1)</script>\"'<img src=x onerror=alert(1)>";
        var tool = SampleCatalog.Tool("evil", Hostile, ("builder", "Builder", "ship", Hostile));
        tool["tagline"] = tool["description"] = Hostile;
        tool["website"] = "javascript:alert(1)";
        site.Backend.Tools["evil"] = tool;
        foreach (var path in new[] { "/tools/evil", "/compare/cursor-2-0-vs-evil", "/tools", "/compare" })
        {
            var page = await site.PageAsync(path);
            page.QuerySelectorAll("img, [onerror], a[href^=javascript]").ShouldBeEmpty();
            page.QuerySelectorAll("script")
                .ShouldAllBe(script => script.HasAttribute("src") || script.GetAttribute("type") == "application/ld+json");
            foreach (var script in page.QuerySelectorAll("script[type='application/ld+json']"))
                JsonDocument.Parse(script.TextContent);
        }

        (await site.PageAsync("/tools/evil")).QuerySelector("h1")!.TextContent.ShouldBe(Hostile);
    }

    [Fact]
    public async Task Assets_are_hashed_compressed_and_immutable()
    {
        await using var site = await Site.OpenAsync();
        var page = await site.PageAsync("/compare/cursor-2-0-vs-smolvlm2-2b");
        page.QuerySelectorAll("link[rel=stylesheet]").Length.ShouldBe(1);
        var script = page.QuerySelector("script[src]")!;
        script.GetAttribute("type").ShouldBe("module");
        foreach (
            var asset in new[]
            {
                page.QuerySelector("link[rel=stylesheet]")!.GetAttribute("href")!,
                script.GetAttribute("src")!,
                script.GetAttribute("data-signalr")!,
            }
        )
        {
            asset.ShouldMatch(@"^/assets/[a-z.]+\.[0-9a-f]{12}\.(css|js)$");
            using var answer = await site.GetAsync(asset, ("Accept-Encoding", "br"));
            answer.Content.Headers.ContentEncoding.ShouldBe(["br"]);
            answer.Headers.CacheControl!.ToString().ShouldContain("immutable");
            using var again = await site.GetAsync(asset, ("Accept-Encoding", "br"), ("If-None-Match", answer.Headers.ETag!.Tag));
            again.StatusCode.ShouldBe(HttpStatusCode.NotModified);
            using var plain = await site.GetAsync(asset);
            plain.Content.Headers.ContentEncoding.ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task Pages_are_compressed()
    {
        await using var site = await Site.OpenAsync();
        using var answer = await site.GetAsync("/methodology", ("Accept-Encoding", "br, gzip"));
        answer.Content.Headers.ContentEncoding.ShouldBe(["br"]);
    }

    [Theory]
    [InlineData("/feed.xml", "application/atom+xml")]
    [InlineData("/sitemap.xml", "application/xml")]
    public async Task Feed_and_site_map_are_well_formed_and_name_the_comparison(string path, string type)
    {
        await using var site = await Site.OpenAsync("--Web:PublicOrigin=https://verdicts.example");
        site.Backend.Tools["cursor-2-0"] = new(SampleCatalog.Cursor) { ["name"] = "Cursor <&> \u0001 2.0" };
        using var answer = await site.GetAsync(path);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe(type);
        XDocument
            .Parse(await answer.Content.ReadAsStringAsync())
            .ToString()
            .ShouldContain("https://verdicts.example/compare/cursor-2-0-vs-smolvlm2-2b");
    }

    [Fact]
    public async Task Robots_are_shown_the_site_map()
    {
        await using var site = await Site.OpenAsync("--Web:PublicOrigin=https://verdicts.example");
        using var answer = await site.GetAsync("/robots.txt");
        (await answer.Content.ReadAsStringAsync()).ShouldContain("Sitemap: https://verdicts.example/sitemap.xml");
    }

    [Fact]
    public async Task A_retired_tool_says_so_and_takes_no_votes()
    {
        await using var site = await Site.OpenAsync();
        site.Backend.Tools["night-owl"] = new(SampleCatalog.Split) { ["retired"] = true };
        var page = await site.PageAsync("/tools/night-owl");
        page.Words("main").ShouldContain("This tool is retired");
        page.QuerySelector("form.vote").ShouldBeNull();
        page.Words("main").ShouldNotContain("Yours would be the first");
        page.Words("main").ShouldNotContain("yours decides");
        page.QuerySelector("[data-live]").ShouldBeNull();
    }

    [Fact]
    public async Task Programs_get_problems_where_readers_get_pages()
    {
        await using var site = await Site.OpenAsync();
        await site.PageAsync("/nowhere", HttpStatusCode.NotFound);
        using var answer = await site.GetAsync("/nowhere", ("Accept", "application/json"));
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        using var wrong = await site.SendAsync(HttpMethod.Delete, "/tools", null);
        wrong.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
    }

    [Fact]
    public async Task Bad_input_never_breaks_a_page()
    {
        await using var site = await Site.OpenAsync();
        string[] odd =
        [
            "%FF%FE",
            "%00",
            "..%2f..%2f",
            "'",
            "%3Cscript%3E",
            "-vs-",
            "a-vs-",
            "UPPER",
            new string('a', 3000),
            "%F0%9F%98%80",
            "%0d%0aSet-Cookie:x",
            "1e999",
        ];
        var paths = odd.SelectMany(bad =>
            new[]
            {
                $"/{bad}",
                $"/tools/{bad}",
                $"/compare/{bad}",
                $"/categories/{bad}",
                $"/newsletter/{bad}",
                $"/assets/{bad}",
                $"/compare?a={bad}&b={bad}",
                $"/tools?q={bad}&category={bad}&sort={bad}&price={bad}&verdict={bad}&page={bad}",
                $"/newsletter/confirm?token={bad}",
                $"/newsletter/unsubscribe?token={bad}",
                $"/newsletter/refuse?token={bad}",
            }
        );
        foreach (var path in paths)
        {
            using var answer = await site.GetAsync(path);
            ((int)answer.StatusCode).ShouldBeLessThan(500, path);
        }

        foreach (
            var form in new[]
            {
                "/vote",
                "/vote/first",
                "/newsletter",
                "/newsletter/confirm",
                "/newsletter/unsubscribe",
                "/newsletter/refuse",
            }
        )
            foreach (
                var (body, type) in new[]
                {
                ("%FF=%00&tool=%FF", "application/x-www-form-urlencoded"),
                ("{", "application/json"),
                ("--x", "multipart/form-data; boundary=x"),
                ("", "text/plain"),
                (new string('a', 80_000), "application/x-www-form-urlencoded"),
                }
            )
            {
                using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
                content.Headers.TryAddWithoutValidation("Content-Type", type);
                using var answer = await site.SendAsync(HttpMethod.Post, form, content);
                ((int)answer.StatusCode).ShouldBeInRange(400, 499, $"{form} {type}");
            }
    }

    [Fact]
    public async Task Signing_up_asks_the_reader_to_look_into_their_mail()
    {
        await using var site = await Site.OpenAsync();
        using var answer = await site.PostAsync("/newsletter", new() { ["email"] = "reader@example.org" });
        (await Site.ReadAsync(answer)).Words("h1").ShouldBe("Check your inbox");
        site.Backend.Received.ShouldContain(request =>
            request.Method == "POST" && request.Path == "/api/newsletter/subscriptions" && request.Body.Contains("reader@example.org")
        );
    }

    [Theory]
    [InlineData("/newsletter/unsubscribe", "/api/newsletter/unsubscriptions", "You are unsubscribed")]
    [InlineData("/newsletter/confirm", "/api/newsletter/confirmations", "You are subscribed")]
    [InlineData("/newsletter/refuse", "/api/newsletter/refusals", "You will not hear from us again")]
    public async Task Opening_a_mailed_link_changes_nothing_until_the_reader_says_so(string page, string told, string title)
    {
        await using var site = await Site.OpenAsync();
        await site.PageAsync($"{page}?token=abc");
        site.Backend.Received.ShouldBeEmpty();
        using var answer = await site.PostAsync(page, new() { ["token"] = "abc" });
        (await Site.ReadAsync(answer)).Words("h1").ShouldBe(title);
        site.Backend.Received.ShouldContain(request => request.Path == told && request.Body.Contains("abc"));
    }
}
