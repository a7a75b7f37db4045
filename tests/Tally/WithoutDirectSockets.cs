using Shouldly;
using Xunit;

namespace Tally.Tests;

/// <summary>The hub's direct sockets exist for speed alone: switched off, SignalR serves the same readers.</summary>
public sealed class WithoutDirectSockets
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task Live_by_SignalRs_own_connections_when_direct_sockets_are_switched_off(bool negotiate, bool messagePack)
    {
        await using var ledger = await FakeLedger.StartAsync(["zed"]);
        await using var tally = await TallyProcess.StartAsync(ledger, "memory", "--Tally:DirectSockets=false");
        await using var reader = await tally.ConnectAsync(messagePack, negotiate);
        (await reader.WatchAsync("zed")).ShouldHaveSingleItem().Version.ShouldBe(0);
        await tally.VoteAsync("zed", "ship");
        (await reader.ReachAsync("zed", 1)).Ship.ShouldBe(1);
    }

    [Theory]
    [InlineData("true", "The protocol 'json' in version 9 is not spoken here.")]
    [InlineData("false", "The server does not support version 9 of the 'json' protocol.")]
    public async Task The_setting_decides_who_answers_a_connection_without_negotiation(string setting, string answer)
    {
        await using var ledger = await FakeLedger.StartAsync(["zed"]);
        await using var tally = await TallyProcess.StartAsync(ledger, "memory", $"--Tally:DirectSockets={setting}");
        await using var socket = await RawSocket.OpenAsync(tally);
        await socket.SendAsync("""{"protocol":"json","version":9}""");
        (await socket.ReceiveAsync()).ShouldContain(answer);
    }
}
