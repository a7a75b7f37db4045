using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace Web.Tests;

/// <summary>Promise **Bounded**: any number of sockets costs closed connections, and no other reader's.</summary>
public class ConnectionTests
{
    private static readonly byte[] Request = Encoding.ASCII.GetBytes("GET /robots.txt HTTP/1.1\r\nHost: localhost\r\n\r\n");

    [Fact]
    public async Task Bounded_a_connection_without_a_request_is_closed_in_time_and_one_with_requests_stays()
    {
        await using var site = await Site.OpenAsync("--Connections:SilentSeconds=1");
        using var silent = await Stranger.ConnectAsync(site.Address, "127.1.0.1");
        using var halting = await Stranger.ConnectAsync(site.Address, "127.2.0.1");
        using var speaking = await Stranger.ConnectAsync(site.Address, "127.3.0.1");
        await halting.SendAsync("GET / HTTP/1.1\r\n"u8.ToArray());
        await AskAsync(speaking);

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await Stranger.EndedAsync(silent, patience.Token);
        await Stranger.EndedAsync(halting, patience.Token);
        await AskAsync(speaking);
    }

    [Fact]
    public async Task Bounded_silent_sockets_from_many_networks_make_room_for_readers_and_are_never_more_than_their_share()
    {
        await using var site = await Site.OpenAsync("--Connections:Most=64", "--Connections:SilentSeconds=600");
        var flood = new List<Socket>();
        try
        {
            for (var n = 0; n < 300; n++)
            {
                flood.Add(await Stranger.ConnectAsync(site.Address, $"127.{n % 50 + 10}.{n / 50}.1"));
                if (n % 30 != 0)
                    continue;
                using var reader = Stranger.Client(site.Address, "127.9.9.9");
                (await reader.GetStringAsync("/robots.txt")).ShouldContain("Sitemap");
            }

            await EventuallyAsync(() => flood.Count(Stranger.IsOpen) <= 16, "a quarter of 64 may be silent");
            flood.Skip(290).ShouldAllBe(socket => Stranger.IsOpen(socket), "the oldest go first");
        }
        finally
        {
            flood.ForEach(socket => socket.Dispose());
        }
    }

    [Theory]
    [InlineData("one address", "127.7.7.7", 8)]
    [InlineData("a /24", "127.7.7.{0}", 16)]
    [InlineData("a /16", "127.7.{0}.7", 32)]
    public async Task Bounded_a_network_holds_no_more_than_its_share_and_no_other_network_pays_for_it(
        string network,
        string from,
        int share
    )
    {
        await using var site = await Site.OpenAsync("--Connections:Most=256", "--Connections:PerNetwork=8");
        using var neighbour = await Stranger.ConnectAsync(site.Address, "127.8.8.8");
        await AskAsync(neighbour);
        var crowd = new List<Socket>();
        try
        {
            for (var n = 0; n < 60; n++)
            {
                crowd.Add(await Stranger.ConnectAsync(site.Address, string.Format(from, n % 40 + 1)));
                await AskAsync(crowd[^1]);
            }

            await EventuallyAsync(() => crowd.Count(Stranger.IsOpen) <= share, network);
            Stranger.IsOpen(crowd[^1]).ShouldBeTrue("the one that waited for the longest went, not the newest");
            await AskAsync(neighbour);
        }
        finally
        {
            crowd.ForEach(socket => socket.Dispose());
        }
    }

    [Fact]
    public async Task Bounded_idle_connections_go_before_a_new_one_is_refused_and_a_busy_one_never_does()
    {
        await using var site = await Site.OpenAsync("--Connections:Most=32", "--Web:LiveTimeout=00:02:00");
        using var busy = await Stranger.ConnectAsync(site.Address, "127.20.0.1");
        // A body that is announced and not sent yet keeps its request under way.
        await busy.SendAsync(
            "POST /vote HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 31\r\n\r\n"u8.ToArray()
        );
        var idle = new List<Socket>();
        try
        {
            for (var n = 0; n < 100; n++)
            {
                idle.Add(await Stranger.ConnectAsync(site.Address, $"127.{n + 21}.0.1"));
                await AskAsync(idle[^1]);
            }

            await EventuallyAsync(() => idle.Count(Stranger.IsOpen) < 32, "at most 32 in all");
            await busy.SendAsync("tool=cursor-2-0&choice=ship&x=1"u8.ToArray());
            var answer = new byte[64];
            (await busy.ReceiveAsync(answer)).ShouldBeGreaterThan(0);
            Encoding.ASCII.GetString(answer).ShouldStartWith("HTTP/1.1 ");
        }
        finally
        {
            idle.ForEach(socket => socket.Dispose());
        }
    }

    [Theory]
    [InlineData("--Connections:Most=0", "Connections__Most")]
    [InlineData("--Connections:Most=100000000", "Connections__Most")]
    [InlineData("--Connections:Most=999999", "ulimit -n")]
    [InlineData("--Proxies:Hops=0", "Proxies__Hops")]
    [InlineData("--Proxies:KnownNetworks:0=intranet", "Proxies__KnownNetworks__0")]
    public async Task A_limit_that_cannot_hold_stops_the_start(string setting, string named)
    {
        var refusal = await Should.ThrowAsync<Hosting.Configuration.SettingException>(() => Site.OpenAsync(setting));
        refusal.Message.ShouldContain(
            named.Contains("ulimit", StringComparison.Ordinal) && !OperatingSystem.IsLinux() ? "Connections__Most" : named
        );
    }

    private static async Task AskAsync(Socket socket)
    {
        await socket.SendAsync(Request);
        var answer = new byte[4096];
        var read = 0;
        while (!Encoding.ASCII.GetString(answer, 0, read).Contains("sitemap.xml", StringComparison.Ordinal))
        {
            var more = await socket.ReceiveAsync(answer.AsMemory(read));
            more.ShouldBeGreaterThan(0, "the connection was closed");
            read += more;
        }
    }

    private static async Task EventuallyAsync(Func<bool> holds, string because)
    {
        for (var clock = Stopwatch.StartNew(); !holds(); await Task.Delay(20))
            clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20), because);
    }
}
