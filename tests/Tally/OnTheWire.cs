using System.Net;
using System.Text.Json;
using MessagePack;
using Microsoft.AspNetCore.SignalR.Client;
using Shouldly;
using Testing;
using Xunit;

namespace Tally.Tests;

/// <summary>What goes over the hub's connections, frame by frame.</summary>
public sealed class OnTheWire : IAsyncLifetime
{
    private static readonly string[] Tools =
    [
        .. Enumerable.Range(0, 50).Select(i => $"tool-{i}-with-a-slug-as-long-as-slugs-may-be-so-that-a-push-weighs-something"),
    ];
    private FakeLedger _ledger = null!;
    private TallyProcess _tally = null!;

    public async ValueTask InitializeAsync()
    {
        _ledger = await FakeLedger.StartAsync([.. Tools, "zed"]);
        _tally = await TallyProcess.StartAsync(_ledger, "memory", "--Tally:PushesPerSecond=1000", "--Tally:StuckSeconds=0.5");
    }

    public async ValueTask DisposeAsync()
    {
        await _tally.DisposeAsync();
        await _ledger.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Forward_only_holds_between_snapshots_and_pushes_in_the_order_of_the_frames(bool negotiate)
    {
        await using var socket = await RawSocket.ConnectAsync(_tally, negotiate: negotiate);
        await socket.WatchAsync(0, "zed");
        using var enough = new CancellationTokenSource();
        var voting = Task.Run(async () =>
        {
            var votes = 0;
            for (; !enough.IsCancellationRequested; votes++)
                await _tally.VoteAsync("zed", "ship");
            return votes;
        });
        // Fewer calls than a connection may make at once.
        const int Snapshots = 60;
        long last = 0;
        int snapshots = 0,
            pushes = 0;
        while (!voting.IsCompleted || last < await voting)
        {
            var message = await socket.NextAsync();
            if (message.GetProperty("type").GetInt32() == 3)
            {
                var version = message.GetProperty("result")[0].GetProperty("version").GetInt64();
                version.ShouldBeGreaterThanOrEqualTo(last);
                last = version;
                if (++snapshots < Snapshots)
                    await socket.WatchAsync(snapshots, "zed");
            }
            else
            {
                message.GetProperty("target").GetString().ShouldBe("TallyChanged");
                var version = message.GetProperty("arguments")[0].GetProperty("version").GetInt64();
                version.ShouldBeGreaterThan(last);
                last = version;
                pushes++;
            }

            if (snapshots == Snapshots && pushes > 0 && !enough.IsCancellationRequested)
            {
                await enough.CancelAsync();
                last.ShouldBeLessThanOrEqualTo(await voting);
            }
        }

        snapshots.ShouldBe(Snapshots);
        pushes.ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Bounded_a_reader_who_does_not_read_holds_up_nobody_and_is_cut(bool negotiate)
    {
        using var measured = new Measured(_tally);
        await using var silent = await RawSocket.ConnectAsync(_tally, receiveBuffer: 2048, negotiate);
        await silent.WatchAsync(1, Tools);
        await silent.NextAsync();
        await using var other = await _tally.ConnectAsync();
        await other.WatchAsync(Tools[7]);

        var votes = 0;
        await Eventually.GetAsync(
            async () =>
            {
                // One by one, so that they are pushed and not coalesced: the server's socket buffers hold megabytes.
                await _tally.PublishAsync([.. Tools.Select(tool => _ledger.Commit(tool, "ship"))]);
                await other.ReachAsync(Tools[7], ++votes);
                return measured.ToString();
            },
            _ => measured["tally.readers.stuck"] == 1
        );
        await Eventually.GetAsync(
            () => Task.FromResult(measured.ToString()),
            _ => measured["tally.hub.connections"] == 1 && measured["tally.watches"] == 1
        );
    }

    [Fact]
    public async Task MessagePack_has_the_same_field_names_and_values_as_JSON()
    {
        await _tally.VoteAsync("zed", "ship");
        await _tally.ReachAsync("zed", 1);
        await using var reader = await _tally.ConnectAsync(messagePack: true);
        var pushed = new TaskCompletionSource<Dictionary<string, object?>>();
        reader.Connection.Remove("TallyChanged");
        reader.Connection.On<Dictionary<string, object?>>("TallyChanged", pushed.SetResult);

        var snapshot = await reader.Connection.InvokeAsync<Dictionary<string, object?>[]>("Watch", new[] { "zed", Tools[1] });
        await SameAsync(snapshot[0], "zed");
        await SameAsync(snapshot[1], Tools[1]);
        await _tally.VoteAsync("zed", "skip");
        await SameAsync(await pushed.Task.WaitAsync(TimeSpan.FromSeconds(30)), "zed");
    }

    [Fact]
    public async Task A_MessagePack_client_of_the_release_before_held_votes_goes_on()
    {
        await using var reader = await _tally.ConnectAsync(messagePack: true);
        var pushed = new TaskCompletionSource<EarlierTally>();
        reader.Connection.Remove("TallyChanged");
        reader.Connection.On<EarlierTally>("TallyChanged", pushed.SetResult);
        (await reader.Connection.InvokeAsync<EarlierTally[]>("Watch", new[] { "zed" })).Single().Tool.ShouldBe("zed");

        await _tally.VoteAsync("zed", "skip");

        (await pushed.Task.WaitAsync(TimeSpan.FromSeconds(30))).ShouldBe(new EarlierTally("zed", 0, 1, 1, 0, 1, _ledger.Epoch));
    }

    /// <summary>What such a client knows of a tally.</summary>
    [MessagePackObject]
    public sealed record EarlierTally(
        [property: Key("tool")] string Tool,
        [property: Key("ship")] long Ship,
        [property: Key("skip")] long Skip,
        [property: Key("total")] long Total,
        [property: Key("shipPercent")] double? ShipPercent,
        [property: Key("version")] long Version,
        [property: Key("epoch")] long Epoch
    );

    [Theory]
    [InlineData("Origin", "https://elsewhere.example")]
    [InlineData("Origin", "null")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    public async Task Pages_of_other_sites_can_not_connect(string header, string value)
    {
        foreach (
            var (method, path) in new[]
            {
                (HttpMethod.Post, "/hubs/tallies/negotiate?negotiateVersion=1"),
                (HttpMethod.Get, "/hubs/tallies"),
            }
        )
        {
            using var request = new HttpRequestMessage(method, path);
            request.Headers.Add(header, value);
            var answer = await _tally.Http.SendAsync(request);
            answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
            (await answer.Content.ReadAsStringAsync()).ShouldContain("urn:problem-type:cross-site");
        }
    }

    [Fact]
    public async Task The_own_page_can_connect()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/hubs/tallies/negotiate?negotiateVersion=1");
        request.Headers.Add("Origin", _tally.Address);
        request.Headers.Add("Sec-Fetch-Site", "same-origin");
        (await _tally.Http.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Messages_may_come_in_pieces_and_several_at_once()
    {
        await using var socket = await RawSocket.OpenAsync(_tally);
        await socket.SendBytesAsync("{\"protocol\":\"json\",");
        await socket.SendBytesAsync("\"version\":1}\u001e{\"type\":6}\u001e{\"type\":1,\"invocationId\":\"7\",\"target\":\"Wat");
        await socket.SendBytesAsync(
            "ch\",\"arguments\":[[\"zed\"]]}\u001e{\"type\":1,\"invocationId\":\"8\",\"target\":\"Unwatch\",\"arguments\":[[\"zed\"]]}\u001e"
        );
        (await socket.ReceiveAsync()).ShouldBe("{}");
        var watched = await socket.NextAsync();
        watched.GetProperty("invocationId").GetString().ShouldBe("7");
        watched.GetProperty("result")[0].GetProperty("tool").GetString().ShouldBe("zed");
        (await socket.NextAsync()).GetProperty("invocationId").GetString().ShouldBe("8");
    }

    [Theory]
    [InlineData("{\"protocol\":\"json\",\"version\":1}\u001e[[[\u001e", "{}")]
    [InlineData("{\"protocol\":\"smoke\",\"version\":1}\u001e", "not spoken here")]
    [InlineData("{\"protocol\":\"json\",\"version\":99}\u001e", "not spoken here")]
    public async Task Nonsense_ends_the_connection(string sent, string answered)
    {
        await using var socket = await RawSocket.OpenAsync(_tally);
        await socket.SendBytesAsync(sent);
        var (status, said) = await socket.EndAsync();
        said.ShouldContain(answered);
        status.ShouldBe(System.Net.WebSockets.WebSocketCloseStatus.NormalClosure);
    }

    [Fact]
    public async Task Bounded_a_message_without_an_end_ends_the_connection()
    {
        await using var socket = await RawSocket.ConnectAsync(_tally);
        await socket.SendBytesAsync(new string('x', 20_000));

        var (status, said) = await socket.EndAsync();
        said.ShouldContain("Connection closed with an error.");
        status.ShouldBe(System.Net.WebSockets.WebSocketCloseStatus.NormalClosure);
    }

    [Fact]
    public async Task Bounded_a_connection_that_calls_in_a_loop_is_ended()
    {
        await using var socket = await RawSocket.ConnectAsync(_tally);
        await Should.ThrowAsync<System.Net.WebSockets.WebSocketException>(async () =>
        {
            for (var call = 0; call < 500; call++)
            {
                await socket.WatchAsync(call, "zed");
                await socket.NextAsync();
            }
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Drain_readers_are_told_to_connect_again_when_the_process_stops(bool negotiate)
    {
        await using var socket = await RawSocket.ConnectAsync(_tally, negotiate: negotiate);
        // SignalR shakes hands before it makes a reader known: an answered call is what shows that it is.
        await socket.WatchAsync(1, "zed");
        await socket.NextAsync();
        var stopping = _tally.App.StopAsync();
        var message = await socket.NextAsync();
        message.GetProperty("type").GetInt32().ShouldBe(7);
        message.GetProperty("allowReconnect").GetBoolean().ShouldBeTrue();
        await stopping;
    }

    private async Task SameAsync(Dictionary<string, object?> fields, string tool)
    {
        using var json = JsonDocument.Parse(await _tally.Http.GetStringAsync($"/api/tallies/{tool}"));
        using var packed = JsonDocument.Parse(JsonSerializer.Serialize(fields));
        JsonElement.DeepEquals(packed.RootElement, json.RootElement).ShouldBeTrue($"{packed.RootElement} is not {json.RootElement}");
    }
}
