using System.Net.WebSockets;
using Shouldly;
using Xunit;

namespace Tally.Tests;

/// <summary>Readers who vanish without a word, as a phone does in a tunnel.</summary>
public sealed class BoundedSilence
{
    [Fact]
    public async Task Bounded_a_reader_of_whom_nothing_was_heard_for_minutes_is_cut_and_one_who_pings_stays()
    {
        var clock = new MovableClock();
        await using var ledger = await FakeLedger.StartAsync("zed");
        await using var tally = await TallyProcess.StartAsync(ledger, clock, "memory", "--Tally:HeartbeatSeconds=0.2");
        await using var silent = await RawSocket.ConnectAsync(tally);
        await silent.WatchAsync(1, "zed");
        await using var there = await RawSocket.ConnectAsync(tally);
        await there.WatchAsync(1, "zed");

        for (var minute = 0; minute < 4; minute++)
        {
            clock.Forward(TimeSpan.FromMinutes(1));
            await there.SendAsync("""{"type":6}""");
            // Its answer shows that the ping before it was heard.
            await there.WatchAsync(2, "zed");
            while ((await there.NextAsync()).GetProperty("invocationId").GetString() != "2") { }
        }

        await Should.ThrowAsync<WebSocketException>(async () =>
        {
            while (true)
                await silent.ReceiveAsync();
        });
        await tally.VoteAsync("zed", "ship");
        (await there.NextAsync()).GetProperty("target").GetString().ShouldBe("TallyChanged");
    }
}
