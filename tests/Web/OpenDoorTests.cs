using System.Net;
using System.Net.Http.Json;

namespace Web.Tests;

/// <summary>
/// Promises **Own vote only** and **Bounded** at the one public origin: headers, cookies, and whom a reader's request is said to come from.
/// </summary>
public class OpenDoorTests
{
    private static readonly (string, string) Voter = ("Cookie", "voter=known-voter");
    private static readonly (string, string) Https = ("X-Forwarded-Proto", "https");
    private static readonly Dictionary<string, string> Vote = new()
    {
        ["tool"] = "cursor-2-0",
        ["choice"] = "ship",
        ["return"] = "/",
    };

    [Fact]
    public async Task Every_page_that_refuses_or_fails_is_as_strict_as_one_that_answers()
    {
        await using var site = await Site.OpenAsync();
        List<HttpResponseMessage> answers =
        [
            await site.GetAsync("/no-such-page"),
            await site.GetAsync("/tools/no-such-tool"),
            await site.GetAsync("/tools/no_slug"),
            await site.SendAsync(HttpMethod.Delete, "/tools", null),
            await site.PostAsync("/vote", []),
            await site.PostAsync("/newsletter", []),
            await site.GetAsync("/newsletter/confirm"),
            await site.GetAsync("/admin"),
            await site.GetAsync("/admin/sign-in"),
            await site.PostAsync("/admin/sign-in", new() { ["token"] = "not.an.editor" }),
            await site.GetAsync("/compare/a-vs-b"),
            await site.GetAsync("/vote/first?tool=cursor-2-0&choice=ship&return=/"),
            await site.GetAsync("/vote/done?tool=cursor-2-0&choice=ship&return=/"),
        ];
        site.Backend.VotingAnswers = 429;
        answers.Add(await site.PostAsync("/vote", Vote, Voter));
        site.Backend.VotingAnswers = 503;
        answers.Add(await site.PostAsync("/vote", Vote, Voter));
        site.Backend.Down["Catalog"] = true;
        answers.Add(await site.GetAsync("/"));

        answers.Select(answer => (int)answer.StatusCode).Distinct().Order().ShouldBe([200, 400, 401, 404, 405, 429, 503]);
        foreach (var answer in answers)
        {
            var what = $"{answer.RequestMessage!.Method} {answer.RequestMessage.RequestUri!.PathAndQuery}: {(int)answer.StatusCode}";
            answer.Content.Headers.ContentType.ShouldNotBeNull(what).MediaType.ShouldBe("text/html", what);
            answer.Headers.TryGetValues("Content-Security-Policy", out var policies).ShouldBeTrue(what);
            var policy = policies!.ShouldHaveSingleItem(what);
            policy.ShouldStartWith("default-src 'none'; script-src 'self'; style-src 'self';");
            policy.ShouldNotContain("unsafe");
            policy.ShouldContain("frame-ancestors 'none'");
            policy.ShouldContain("base-uri 'none'");
            answer.Headers.GetValues("X-Content-Type-Options").ShouldHaveSingleItem(what);
            answer.Headers.Contains("Access-Control-Allow-Origin").ShouldBeFalse(what);
            var page = await Site.ReadAsync(answer, answer.StatusCode);
            page.QuerySelectorAll("[style], style, script:not([src]):not([type='application/ld+json'])").ShouldBeEmpty(what);
            page.All.SelectMany(element => element.Attributes)
                .Where(attribute => attribute.Name.StartsWith("on", StringComparison.Ordinal))
                .ShouldBeEmpty(what);
            answer.Dispose();
        }
    }

    [Fact]
    public async Task Behind_https_browsers_are_told_to_stay_there_and_without_it_nothing_is_said()
    {
        await using var site = await Site.OpenAsync();
        foreach (var path in (string[])["/", "/no-such-page", "/feed.xml", "/api/tools", "/votes"])
        {
            using var safe = await site.GetAsync(path, Https);
            safe.Headers.GetValues("Strict-Transport-Security").Single().ShouldBe("max-age=31536000", path);
            using var plain = await site.GetAsync(path);
            plain.Headers.Contains("Strict-Transport-Security").ShouldBeFalse(path);
        }
    }

    [Fact]
    public async Task An_editors_cookie_is_bound_to_the_host_unseen_by_scripts_and_not_sent_along_with_other_sites_forms()
    {
        await using var site = await Site.OpenAsync();
        using var safe = await site.PostAsync("/admin/sign-in", new() { ["token"] = FakeBackend.EditorToken }, Https);
        safe.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        var cookie = safe.Headers.GetValues("Set-Cookie").Single().ToLowerInvariant();
        cookie.ShouldStartWith("__host-editor=");
        foreach (var attribute in (string[])["; secure", "; httponly", "; samesite=lax", "; path=/"])
            cookie.ShouldContain(attribute);
        cookie.ShouldNotContain("domain");

        using var plain = await site.PostAsync("/admin/sign-in", new() { ["token"] = FakeBackend.EditorToken });
        plain.Headers.GetValues("Set-Cookie").Single().ShouldStartWith("editor=");
        using var foreign = await site.PostAsync(
            "/admin/sign-in",
            new() { ["token"] = FakeBackend.EditorToken },
            ("Origin", "https://evil.example")
        );
        foreign.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        using var leadingAway = await site.PostAsync(
            "/admin/sign-in",
            new() { ["token"] = FakeBackend.EditorToken, ["return"] = "//evil.example/admin" }
        );
        leadingAway.Headers.Location!.ToString().ShouldBe("/admin");
    }

    [Fact]
    public async Task What_is_one_readers_is_kept_by_nobody_on_the_way()
    {
        await using var site = await Site.OpenAsync("--Web:PageCacheSeconds=60");
        using var own = await site.GetAsync("/compare/cursor-2-0-vs-smolvlm2-2b", Voter);
        own.Headers.CacheControl!.Private.ShouldBeTrue();
        foreach (
            var path in (string[])
                ["/votes", "/admin", "/admin/history", "/newsletter/confirm?token=abc", "/newsletter/unsubscribe?token=abc"]
        )
        {
            using var answer = await site.GetAsync(path, Voter);
            answer.Headers.CacheControl!.NoStore.ShouldBeTrue(path);
        }

        // The page was asked for with a cookie a moment ago; a stranger is shown a stranger's.
        var page = await site.PageAsync("/compare/cursor-2-0-vs-smolvlm2-2b");
        page.QuerySelectorAll("[aria-pressed=true]").ShouldBeEmpty();
    }

    [Theory]
    [InlineData(null, "127.0.0.1")]
    [InlineData("203.0.113.9", "127.0.0.1")]
    [InlineData("203.0.113.9", "203.0.113.9", "127.0.0.0/8")]
    [InlineData("6.6.6.6, 203.0.113.9", "203.0.113.9", "127.0.0.0/8")]
    [InlineData("6.6.6.6, 203.0.113.9, 10.1.2.3", "203.0.113.9", "127.0.0.0/8", "10.0.0.0/8", "--Proxies:Hops=2")]
    [InlineData("6.6.6.6, 10.1.2.3", "10.1.2.3", "127.0.0.0/8", "10.0.0.0/8")]
    [InlineData("6.6.6.6, 10.9.9.9, 10.1.2.3", "10.9.9.9", "127.0.0.0/8", "private", "--Proxies:Hops=2")]
    [InlineData("6.6.6.6, 100.64.0.7", "100.64.0.7", "127.0.0.0/8", "private")]
    [InlineData("nonsense, 203.0.113.9", "203.0.113.9", "127.0.0.0/8")]
    [InlineData("2001:db8::7", "2001:db8::7", "127.0.0.0/8")]
    [InlineData("203.0.113.9", "127.0.0.1", "192.0.2.0/24")]
    public async Task The_services_are_told_a_readers_address_as_known_proxies_say_it_and_nobody_else(
        string? claimed,
        string settled,
        params string[] known
    )
    {
        await using var site = await Site.OpenAsync([
            .. known.Select(
                (network, place) =>
                    network.StartsWith("--", StringComparison.Ordinal) ? network : $"--Proxies:KnownNetworks:{place}={network}"
            ),
        ]);
        (string, string)[] headers = claimed is null
            ? [Voter]
            :
            [
                Voter,
                ("X-Forwarded-For", claimed),
                ("Forwarded", "for=6.6.6.6"),
                ("X-Real-IP", "6.6.6.6"),
                ("Own-Call", "6666"),
                ("X-Original-For", "6.6.6.6"),
            ];
        using var api = await site.SendAsync(HttpMethod.Put, "/api/votes/cursor-2-0", JsonContent.Create(new { choice = "ship" }), headers);
        using var form = await site.PostAsync("/vote", Vote, headers);
        using var mail = await site.PostAsync("/newsletter", new() { ["email"] = "a@example.org" }, headers);

        var told = site
            .Backend.ForwardedCallers.Where(call => call.Path is "/api/votes/cursor-2-0" or "/api/newsletter/subscriptions")
            .ToList();
        told.Count.ShouldBe(3);
        told.ShouldAllBe(call => call.For == settled);
    }

    [Fact]
    public async Task No_site_may_read_or_write_in_a_readers_name_and_none_is_told_otherwise_beforehand()
    {
        await using var site = await Site.OpenAsync();
        foreach (var path in (string[])["/", "/vote", "/votes", "/admin", "/newsletter"])
        {
            using var asked = await site.SendAsync(
                HttpMethod.Options,
                path,
                null,
                ("Origin", "https://evil.example"),
                ("Access-Control-Request-Method", "POST"),
                ("Access-Control-Request-Headers", "content-type")
            );
            asked.Headers.Where(header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase)).ShouldBeEmpty(path);
        }

        foreach (
            var path in (string[])
                [
                    "/vote",
                    "/vote/first",
                    "/votes/forget",
                    "/newsletter",
                    "/newsletter/confirm",
                    "/newsletter/unsubscribe",
                    "/admin/sign-in",
                    "/admin/sign-out",
                    "/admin/tools/cursor-2-0",
                ]
        )
            foreach (
                var header in ((string, string)[])
                    [("Origin", "https://evil.example"), ("Origin", "null"), ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site")]
            )
            {
                using var answer = await site.PostAsync(path, Vote, Voter, header);
                answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden, $"{path} {header}");
            }

        site.Backend.Received.ShouldNotContain(request => request.Method != "GET");
    }
}
