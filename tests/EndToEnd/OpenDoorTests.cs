using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Client;
using Shouldly;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>
/// Promises **Bounded** and **Own vote only** as somebody meets them who means no good, on the whole site with its limits on as shipped.
/// </summary>
public sealed class OpenDoorTests : IAsyncLifetime
{
    private readonly StandaloneProcess _site = new("--RateLimits:CostlyPerSecond=1000");

    public async ValueTask InitializeAsync() => await _site.StartAsync();

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task Five_thousand_slow_and_silent_sockets_do_not_slow_honest_readers()
    {
        var sockets = new List<Socket>();
        try
        {
            for (var n = 0; n < 5000; n++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(IPAddress.Loopback, _site.Address.Port);
                // Half of them say nothing at all, the others begin a request and never end it.
                if (n % 2 == 0)
                    await socket.SendAsync("GET / HTTP/1.1\r\nHost: x\r\nX-A"u8.ToArray());
                sockets.Add(socket);
            }

            var times = new List<double>();
            for (var n = 0; n < 200; n++)
            {
                var clock = Stopwatch.StartNew();
                using var answer = await _site.Http.GetAsync("/compare/cursor-2-0-vs-smolvlm2-2b");
                answer.StatusCode.ShouldBe(HttpStatusCode.OK);
                times.Add(clock.Elapsed.TotalSeconds);
            }

            times.Order().ElementAt(197).ShouldBeLessThan(1, "the p99 of honest readers");
            _site.Memory.ShouldBeLessThan(700, "MiB");
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }

    [Fact]
    public async Task A_request_that_comes_letter_by_letter_is_cut_off()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _site.Address.Port);
        var stream = client.GetStream();
        var clock = Stopwatch.StartNew();
        await stream.WriteAsync("GET / HTTP/1.1\r\nHost: x\r\n"u8.ToArray());
        var answer = stream.ReadAsync(new byte[1000]).AsTask();
        while (!answer.IsCompleted && clock.Elapsed < TimeSpan.FromSeconds(40))
        {
            await stream.WriteAsync("X"u8.ToArray());
            await Task.WhenAny(answer, Task.Delay(500));
        }

        answer.IsCompleted.ShouldBeTrue("the server should have answered 408 and hung up");
    }

    [Fact]
    public async Task Headers_of_64_KB_are_refused_and_a_body_of_a_megabyte_too()
    {
        using var headers = new HttpRequestMessage(HttpMethod.Get, "/");
        headers.Headers.TryAddWithoutValidation("X-Long", new string('x', 64 * 1024));
        (await _site.Http.SendAsync(headers)).StatusCode.ShouldBe(HttpStatusCode.RequestHeaderFieldsTooLarge);

        foreach (var asksFirst in (bool[])[false, true])
        {
            using var body = new HttpRequestMessage(HttpMethod.Put, "/api/votes/cursor-2-0")
            {
                Content = new StringContent(new string('[', 1024 * 1024), Encoding.UTF8, "application/json"),
            };
            body.Headers.TryAddWithoutValidation("Authorization", $"Voter {await NewVoterAsync()}");
            body.Headers.ExpectContinue = asksFirst;
            (await _site.Http.SendAsync(body)).StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        }
    }

    [Fact]
    public async Task Unknown_tools_by_the_thousand_leave_no_trace_in_the_metrics()
    {
        var voter = await NewVoterAsync();
        var before = (await _site.Http.GetStringAsync("/metrics")).Count(c => c == '\n');
        for (var n = 0; n < 2000; n++)
        {
            using var vote = new HttpRequestMessage(HttpMethod.Put, $"/api/votes/made-up-{n}")
            {
                Content = JsonContent.Create(new { choice = "ship" }),
            };
            vote.Headers.TryAddWithoutValidation("Authorization", $"Voter {voter}");
            (await _site.Http.SendAsync(vote)).StatusCode.ShouldBeOneOf(HttpStatusCode.NotFound, HttpStatusCode.TooManyRequests);
            (await _site.Http.GetAsync($"/api/tallies/made-up-{n}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        }

        var metrics = await _site.Http.GetStringAsync("/metrics");
        metrics.ShouldNotContain("made-up");
        (metrics.Count(c => c == '\n') - before).ShouldBeLessThan(100, "new lines of metrics");
    }

    [Fact]
    public async Task Pages_of_other_sites_cannot_vote_subscribe_or_listen_at_the_hub()
    {
        var voter = await NewVoterAsync();
        (string Path, HttpContent Body)[] posts =
        [
            ("/vote", Form(("tool", "cursor-2-0"), ("choice", "ship"))),
            ("/vote/first", Form(("tool", "cursor-2-0"), ("choice", "ship"))),
            ("/votes/forget", Form()),
            ("/newsletter", Form(("email", "a@example.org"))),
            ("/api/newsletter/subscriptions", JsonContent.Create(new { email = "a@example.org" })),
            ("/api/voters", Form()),
        ];
        foreach (var (path, body) in posts)
        {
            using var post = new HttpRequestMessage(HttpMethod.Post, path) { Content = body };
            post.Headers.TryAddWithoutValidation("Cookie", $"voter={voter}");
            post.Headers.TryAddWithoutValidation("Origin", "https://evil.example");
            (await _site.Http.SendAsync(post)).StatusCode.ShouldBe(HttpStatusCode.Forbidden, path);
        }

        using var plain = new HttpRequestMessage(HttpMethod.Put, "/api/votes/cursor-2-0")
        {
            Content = new StringContent("""{"choice":"ship"}""", Encoding.UTF8, "text/plain"),
        };
        plain.Headers.TryAddWithoutValidation("Authorization", $"Voter {voter}");
        (await _site.Http.SendAsync(plain)).StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);

        foreach (
            var (header, value) in ((string, string)[])
                [
                    ("Origin", "https://evil.example"),
                    ("Origin", "null"),
                    ("Origin", $"http://{_site.Address.Authority}.evil.example"),
                    ("Sec-Fetch-Site", "cross-site"),
                ]
        )
        {
            using var socket = new ClientWebSocket();
            socket.Options.SetRequestHeader(header, value);
            socket.Options.CollectHttpResponseDetails = true;
            await Should.ThrowAsync<WebSocketException>(() =>
                socket.ConnectAsync(new Uri($"ws://{_site.Address.Authority}/hubs/tallies"), CancellationToken.None)
            );
            socket.HttpStatusCode.ShouldBe(HttpStatusCode.Forbidden, value);
            using var negotiation = new HttpRequestMessage(HttpMethod.Post, "/hubs/tallies/negotiate?negotiateVersion=1");
            negotiation.Headers.TryAddWithoutValidation(header, value);
            (await _site.Http.SendAsync(negotiation)).StatusCode.ShouldBe(HttpStatusCode.Forbidden, value);
        }

        (await _site.Http.GetFromJsonAsync<JsonElement>("/api/ledger/totals")).GetArrayLength().ShouldBe(0, "nothing moved");
    }

    [Fact]
    public async Task A_client_that_calls_the_hub_in_a_loop_is_cut_and_negotiations_are_limited()
    {
        await using var hasty = Listener();
        await hasty.StartAsync();
        var cut = new TaskCompletionSource();
        hasty.Closed += _ =>
        {
            cut.TrySetResult();
            return Task.CompletedTask;
        };
        await Should.ThrowAsync<Exception>(async () =>
        {
            for (var n = 0; n < 2000; n++)
                await hasty.InvokeAsync<JsonElement>("Watch", (string[])["cursor-2-0"]);
        });
        await cut.Task.WaitAsync(TimeSpan.FromSeconds(20));

        await using var calm = Listener();
        await calm.StartAsync();
        for (var n = 0; n < 50; n++)
            (await calm.InvokeAsync<JsonElement>("Watch", (string[])["cursor-2-0"])).GetArrayLength().ShouldBe(1);

        var answers = new List<HttpStatusCode>();
        for (var n = 0; n < 1500; n++)
        {
            using var answer = await _site.Http.PostAsync("/hubs/tallies/negotiate?negotiateVersion=1", null);
            answers.Add(answer.StatusCode);
        }

        answers.Take(500).ShouldAllBe(status => status == HttpStatusCode.OK);
        answers.ShouldContain(HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public async Task Searching_in_a_loop_finds_an_end_and_pages_are_made_as_ever()
    {
        await using var site = new StandaloneProcess("--RateLimits:CostlyPerSecond=1");
        await site.StartAsync();
        var answers = new List<HttpStatusCode>();
        for (var n = 0; n < 60; n++)
        {
            using var answer = await site.Http.GetAsync(n % 2 == 0 ? $"/tools?q=made-up-{n}" : $"/api/tools?q=made-up-{n}");
            answers.Add(answer.StatusCode);
        }

        // A page that searches asks the catalog in its own name: not a 503 because the site ran into its own limit.
        answers.ShouldAllBe(status => status == HttpStatusCode.OK || status == HttpStatusCode.TooManyRequests);
        answers.Count(status => status == HttpStatusCode.OK).ShouldBeInRange(12, 30);
        for (var n = 0; n < 60; n++)
            (await site.Http.GetAsync($"/tools?page=1&made-up={n}")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Votes_by_form_count_for_the_readers_own_address_and_a_full_one_is_told_kindly()
    {
        await using var site = new StandaloneProcess("--Proxies:KnownNetworks:0=127.0.0.0/8", "--Quota:PerTool=1000");
        await site.StartAsync();
        for (var n = 0; n < 25; n++)
            (await FirstVoteAsync(site, $"203.0.{n}.7")).StatusCode.ShouldBe(HttpStatusCode.SeeOther, "each from a network of its own");
        for (var n = 0; n < 20; n++)
            (await FirstVoteAsync(site, $"2001:db8:1:2::{n:x}")).StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        var late = await FirstVoteAsync(site, "2001:db8:1:2::ffff");
        late.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        late.Headers.RetryAfter.ShouldNotBeNull();
        (await late.Content.ReadAsStringAsync()).ShouldContain("Please try again in");
        (await FirstVoteAsync(site, "2001:db8:1:3::1")).StatusCode.ShouldBe(HttpStatusCode.SeeOther, "the neighbours");
    }

    private static async Task<HttpResponseMessage> FirstVoteAsync(StandaloneProcess site, string address)
    {
        var nonce = System.Buffers.Text.Base64Url.EncodeToString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32));
        using var post = new HttpRequestMessage(HttpMethod.Post, "/vote/first")
        {
            Content = Form(("tool", "cursor-2-0"), ("choice", "ship"), ("return", "/"), ("nonce", nonce)),
        };
        post.Headers.TryAddWithoutValidation("X-Forwarded-For", address);
        return await site.Http.SendAsync(post);
    }

    private HubConnection Listener() => new HubConnectionBuilder().WithUrl(new Uri(_site.Address, "/hubs/tallies")).Build();

    private async Task<string> NewVoterAsync()
    {
        using var answer = await _site.Http.PostAsync("/api/voters", null);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetString()!;
    }

    private static FormUrlEncodedContent Form(params (string Name, string Value)[] fields) =>
        new(fields.ToDictionary(field => field.Name, field => field.Value));
}
