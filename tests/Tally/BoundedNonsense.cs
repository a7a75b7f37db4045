using System.Net.WebSockets;
using System.Text;
using CsCheck;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shouldly;
using Testing;
using Xunit;

namespace Tally.Tests;

/// <summary>
/// Connections that send what is no message of the hub, straight or negotiated: the same answers, and nothing an operator would have to
/// read.
/// </summary>
public sealed class BoundedNonsense : IAsyncLifetime
{
    private readonly CapturedLogs _alarms = new(LogLevel.Warning);
    private FakeLedger _ledger = null!;
    private TallyProcess _tally = null!;

    public async ValueTask InitializeAsync()
    {
        _ledger = await FakeLedger.StartAsync("zed");
        _tally = await TallyProcess.StartAsync(_ledger, "memory", "--RateLimits:Enabled=false", "--Tally:HeartbeatSeconds=0.3");
        _tally.App.Services.GetRequiredService<ILoggerFactory>().AddProvider(_alarms);
    }

    public async ValueTask DisposeAsync()
    {
        await _tally.DisposeAsync();
        await _ledger.DisposeAsync();
    }

    public static TheoryData<string, bool> Handshakes()
    {
        var data = new TheoryData<string, bool>();
        foreach (
            var text in (string[])
                [
                    "nonsense\u001e",
                    "\u001e",
                    "{\u001e",
                    "{}\u001e",
                    "[]\u001e",
                    "null\u001e",
                    """{"protocol":5,"version":1}""" + '\u001e',
                    """{"protocol":"json"}""" + '\u001e',
                    """{"protocol":"json","version":"1"}""" + '\u001e',
                    """{"protocol":"\ud800","version":1}""" + '\u001e',
                    new string('x', 9000),
                ]
        )
        {
            data.Add(text, true);
            data.Add(text, false);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Handshakes))]
    public async Task Bounded_a_malformed_handshake_is_told_so_and_the_socket_closed_in_good_order(string text, bool negotiate)
    {
        await using var socket = await RawSocket.OpenAsync(_tally, negotiate: negotiate);
        await socket.SendBytesAsync(text);
        var (status, rest) = await socket.EndAsync();
        status.ShouldBe(WebSocketCloseStatus.NormalClosure);
        rest.ShouldContain("\"error\"");
        _alarms.Lines.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("nonsense", false)]
    [InlineData("nonsense", true)]
    [InlineData("""{"type":"1"}""", false)]
    [InlineData("""{"type":"1"}""", true)]
    [InlineData("""{"type":1,"target":5,"arguments":[]}""", false)]
    [InlineData("""{"type":1,"target":5,"arguments":[]}""", true)]
    [InlineData("""{"type":1,"target":"\ud800","arguments":[["zed"]]}""", false)]
    public async Task Bounded_a_malformed_message_is_told_so_and_the_socket_closed_in_good_order(string message, bool negotiate)
    {
        await using var socket = await RawSocket.ConnectAsync(_tally, negotiate: negotiate);
        await socket.SendAsync(message);
        var (status, rest) = await socket.EndAsync();
        status.ShouldBe(WebSocketCloseStatus.NormalClosure);
        rest.ShouldContain("Connection closed with an error.");
        _alarms.Lines.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("watch", true)]
    [InlineData("watch", false)]
    [InlineData("WATCH", false)]
    public async Task Methods_are_found_without_regard_to_letter_case(string method, bool negotiate)
    {
        await using var socket = await RawSocket.ConnectAsync(_tally, negotiate: negotiate);
        await socket.SendAsync($$"""{"type":1,"invocationId":"1","target":"{{method}}","arguments":[["zed"]]}""");
        (await socket.NextAsync()).GetProperty("result")[0].GetProperty("tool").GetString().ShouldBe("zed");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_configured_sign_of_life_reaches_readers_however_they_are_connected(bool negotiate)
    {
        await using var socket = await RawSocket.ConnectAsync(_tally, negotiate: negotiate);
        (await socket.ReceiveAsync().WaitAsync(TimeSpan.FromSeconds(10))).ShouldBe("""{"type":6}""");
    }

    [Fact]
    public async Task Bounded_no_bytes_on_a_straight_socket_end_in_anything_but_an_answer_or_a_close()
    {
        const string Shake = """{"protocol":"json","version":1}""",
            ShakeBinary = """{"protocol":"messagepack","version":1}""";
        string[] sound =
        [
            """{"type":1,"invocationId":"1","target":"Watch","arguments":[["zed"]]}""",
            """{"type":6}""",
            """{"type":3,"invocationId":"1","error":"x"}""",
            """{"type":5,"invocationId":"1"}""",
            """{"type":4,"invocationId":"1","target":"Watch","arguments":[]}""",
            """{"type":2,"invocationId":"1","item":{}}""",
            Shake,
        ];
        var mutated = Gen.Select(
            Gen.Int[0, sound.Length - 1].Select(n => sound[n]),
            Gen.Int[0, 80],
            Gen.Byte.Array[0, 6],
            (text, place, bytes) =>
            {
                var all = Encoding.UTF8.GetBytes(text + '\u001e');
                place = Math.Min(place, all.Length);
                return (byte[])[.. all[..place], .. bytes, .. all[Math.Min(all.Length, place + bytes.Length / 2)..]];
            }
        );
        var binary = Gen.Select(Gen.Byte[1, 40], Gen.Byte.Array[1, 40], (length, bytes) => (byte[])[length, .. bytes]);
        await Gen.Select(Gen.Int[0, 3], mutated, binary)
            .SampleAsync(
                async input =>
                {
                    var (how, text, bytes) = input;
                    await using var socket = await RawSocket.OpenAsync(_tally);
                    if (how > 0)
                        await socket.SendAsync(how == 3 ? ShakeBinary : Shake);
                    await socket.SendBytesAsync(
                        how == 3 ? bytes : text,
                        how == 3 ? WebSocketMessageType.Binary : WebSocketMessageType.Text
                    );
                },
                iter: 300,
                threads: 1
            );

        // A reader who comes afterwards is served, and by then all of the above has been read.
        await using var honest = await RawSocket.ConnectAsync(_tally);
        await honest.WatchAsync(1, "zed");
        (await honest.NextAsync()).GetProperty("result")[0].GetProperty("tool").GetString().ShouldBe("zed");
        _alarms.Lines.ShouldBeEmpty();
    }
}
