using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Web.Tests;

/// <summary>By which names the public edge is reached, and what strangers can leave in its traces.</summary>
public class HostTests
{
    private static readonly Dictionary<string, string> Vote = new()
    {
        ["tool"] = "cursor-2-0",
        ["choice"] = "ship",
        ["return"] = "/",
    };

    [Theory]
    [InlineData("evil.example")]
    [InlineData("evil.example:8080")]
    [InlineData("localhost.evil.example")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("xn--bcher-kva.example")]
    public async Task Own_vote_only_a_name_that_others_can_point_here_is_not_served(string host)
    {
        await using var site = await Site.OpenAsync();
        foreach (var path in (string[])["/", "/tools/cursor-2-0", "/api/tallies?tool=cursor-2-0", "/openapi/v1.json", "/admin"])
        {
            using var answer = await site.GetAsync(path, ("Host", host));
            ((int)answer.StatusCode).ShouldBe(421, path);
            answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
            JsonDocument
                .Parse(await answer.Content.ReadAsStringAsync())
                .RootElement.GetProperty("type")
                .GetString()
                .ShouldBe("urn:problem-type:unknown-host");
        }

        using var form = await site.PostAsync("/vote/first", Vote, ("Host", host), ("Origin", $"http://{host}"));
        ((int)form.StatusCode).ShouldBe(421);
        using var vote = await site.SendAsync(
            HttpMethod.Put,
            "/api/votes/cursor-2-0",
            new StringContent("{}", Encoding.UTF8, "application/json"),
            ("Host", host),
            ("Origin", $"http://{host}")
        );
        ((int)vote.StatusCode).ShouldBe(421);
        site.Backend.Received.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("xn--0")]
    [InlineData("xn--zzzzzzzzz99999.example")]
    [InlineData("verdicts.xn--0:8080")]
    public async Task Bounded_a_host_in_malformed_punycode_is_refused_and_no_fault(string host)
    {
        await using var site = await Site.OpenAsync("--AllowedHosts=*");
        foreach (var path in (string[])["/", "/tools/cursor-2-0", "/api/tallies?tool=cursor-2-0", "/openapi/v1.json"])
        {
            using var answer = await site.GetAsync(path, ("Host", host));
            answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest, path);
            JsonDocument
                .Parse(await answer.Content.ReadAsStringAsync())
                .RootElement.GetProperty("type")
                .GetString()
                .ShouldBe("urn:problem-type:malformed-host");
        }

        (await site.GetAsync("/health/live", ("Host", host))).StatusCode.ShouldBe(
            HttpStatusCode.OK,
            "probes name a container as they like"
        );
    }

    [Theory]
    [InlineData("a..b")]
    [InlineData("(")]
    [InlineData("-..(")]
    public async Task Bounded_a_host_that_is_no_host_name_is_refused_and_no_fault(string host)
    {
        await using var site = await Site.OpenAsync("--AllowedHosts=*");
        // By hand: a client of the framework would not send such a header as it is.
        using var socket = await Stranger.ConnectAsync(site.Address, "127.1.0.1");
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"));
        await using var stream = new NetworkStream(socket);
        using var answer = new StreamReader(stream);
        var text = await answer.ReadToEndAsync();
        text.ShouldStartWith("HTTP/1.1 400 ");
        text.ShouldContain("urn:problem-type:malformed-host");
    }

    [Theory]
    [InlineData("localhost:8080")]
    [InlineData("verdicts.localhost")]
    [InlineData("127.0.0.1")]
    [InlineData("192.168.1.20:8080")]
    [InlineData("[::1]:8080")]
    [InlineData("web:8080")]
    public async Task Names_that_nobody_else_can_point_here_are_served_without_any_setting(string host)
    {
        await using var site = await Site.OpenAsync();
        using var answer = await site.GetAsync("/", ("Host", host));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("--Web:PublicOrigin=https://verdicts.example", "VERDICTS.example", 200)]
    [InlineData("--Web:PublicOrigin=https://Bücher.example", "xn--bcher-kva.example", 200)]
    [InlineData("--Web:PublicOrigin=https://verdicts.example", "localhost:8080", 200)]
    [InlineData("--Web:PublicOrigin=https://verdicts.example", "www.verdicts.example", 421)]
    [InlineData("--AllowedHosts=a.example;*.b.example", "a.example", 200)]
    [InlineData("--AllowedHosts=a.example;*.b.example", "www.b.example", 200)]
    [InlineData("--AllowedHosts=a.example;*.b.example", "b.example", 421)]
    [InlineData("--AllowedHosts=*", "anything.example", 200)]
    public async Task Configured_names_are_served_and_no_others(string setting, string host, int expected)
    {
        await using var site = await Site.OpenAsync(setting);
        using var answer = await site.GetAsync("/", ("Host", host));
        ((int)answer.StatusCode).ShouldBe(expected);
    }

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    [InlineData("/metrics")]
    public async Task Probes_and_scrapes_are_answered_whatever_they_call_this_process(string path)
    {
        await using var site = await Site.OpenAsync("--Web:PublicOrigin=https://verdicts.example", "--AllowedHosts=verdicts.example");
        using var answer = await site.GetAsync(path, ("Host", "web.voting.svc.cluster.local"));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Links_name_the_configured_origin_in_ascii_and_not_the_host_that_was_asked()
    {
        await using var site = await Site.OpenAsync("--Web:PublicOrigin=https://Bücher.example");
        using var answer = await site.GetAsync("/", ("Host", "localhost"));
        (await Site.ReadAsync(answer))
            .QuerySelector("link[rel=canonical]")!
            .GetAttribute("href")
            .ShouldBe("https://xn--bcher-kva.example/");
    }

    [Theory]
    [InlineData("localhost:5000")]
    [InlineData("xn--bcher-kva.example")]
    public async Task Behind_a_proxy_that_rewrites_the_host_or_not_the_configured_origin_votes_by_form_and_by_api(string host)
    {
        await using var site = await Site.OpenAsync("--Web:PublicOrigin=https://bücher.example");
        using var form = await site.PostAsync(
            "/vote",
            Vote,
            ("Host", host),
            ("Origin", "https://xn--bcher-kva.example"),
            ("Cookie", "voter=known-voter")
        );
        form.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        using var vote = await site.SendAsync(
            HttpMethod.Put,
            "/api/votes/cursor-2-0",
            new StringContent("{}", Encoding.UTF8, "application/json"),
            ("Host", host),
            ("Origin", "https://xn--bcher-kva.example")
        );
        site.Backend.Named.Last(request => request.Path == "/api/votes/cursor-2-0").Host.ShouldBe("xn--bcher-kva.example");
        using var read = await site.GetAsync("/api/tools?q=proxied", ("Host", host));
        read.StatusCode.ShouldBe(HttpStatusCode.OK);
        site.Backend.Named.Last(request => request.Path == "/api/tools").Host.ShouldBe(host);
        using var foreign = await site.PostAsync("/vote", Vote, ("Host", host), ("Origin", "https://evil.example"));
        foreign.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("/favicon.ico")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/api/tools")]
    [InlineData("/")]
    [InlineData("/feed.xml")]
    [InlineData("/robots.txt")]
    public async Task Head_is_answered_as_get_without_the_body(string path)
    {
        await using var site = await Site.OpenAsync();
        using var get = await site.GetAsync(path);
        using var head = await site.SendAsync(HttpMethod.Head, path, null);
        head.StatusCode.ShouldBe(get.StatusCode);
        head.Content.Headers.ContentType.ShouldBe(get.Content.Headers.ContentType);
        (await head.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task No_personal_data_nothing_a_stranger_says_of_traces_or_hosts_is_kept_in_one_or_passed_on()
    {
        const string Foreign = "0af7651916cd43dd8448eb211c80319c",
            Secret = "a-name-i-chose";
        System.Collections.Concurrent.ConcurrentBag<Activity> spans = [];
        // Nothing listens there: what is exported is lost, what is made is seen below.
        await using var site = await Site.OpenAsync("--OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:9");
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Microsoft.AspNetCore",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Add,
        };
        ActivitySource.AddActivityListener(listener);
        foreach (var path in (string[])["/tools/cursor-2-0", "/api/tools", "/no-such-page"])
            (
                await site.GetAsync(
                    path,
                    ("traceparent", $"00-{Foreign}-b7ad6b7169203331-01"),
                    ("tracestate", $"x={Secret}"),
                    ("baggage", $"x={Secret}"),
                    ("Host", Secret)
                )
            ).Dispose();

        var own = spans.Where(span => span.GetTagItem("url.path") is "/tools/cursor-2-0").ToList();
        own.ShouldNotBeEmpty();
        foreach (var span in own)
        {
            span.TraceId.ToString().ShouldNotBe(Foreign);
            span.ParentSpanId.ToString().ShouldNotBe("b7ad6b7169203331");
            span.TraceStateString.ShouldBeNull();
            span.Baggage.ShouldBeEmpty();
            span.TagObjects.ShouldNotContain(tag => tag.Value is string && ((string)tag.Value).Contains(Secret));
        }

        site.Backend.Named.ShouldNotBeEmpty();
        foreach (var (_, _, trace, state, baggage) in site.Backend.Named)
        {
            (trace ?? "").ShouldNotContain(Foreign);
            state.ShouldBeNullOrEmpty();
            baggage.ShouldBeNullOrEmpty();
        }
    }

    [Fact]
    public async Task A_problem_names_a_trace_of_our_own()
    {
        const string Foreign = "0af7651916cd43dd8448eb211c80319c";
        await using var site = await Site.OpenAsync();
        using var answer = await site.SendAsync(
            HttpMethod.Put,
            "/api/no-such",
            null,
            ("traceparent", $"00-{Foreign}-b7ad6b7169203331-01"),
            ("Accept", "application/json")
        );
        (await answer.Content.ReadAsStringAsync()).ShouldNotContain(Foreign);
    }
}
