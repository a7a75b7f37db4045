using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using Shouldly;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>Promise **Bounded** at the whole process: what would end it, ends nothing.</summary>
public sealed class FloodTests
{
    [Fact]
    public async Task Bounded_more_silent_sockets_than_the_process_may_open_files_cost_nobody_a_vote()
    {
        await using var site = new StandaloneProcess("--Quota:Enabled=false") { Files = 1500 };
        await site.StartAsync();
        var flood = new List<Socket>();
        try
        {
            for (var n = 0; n < 4000; n++)
            {
                flood.Add(await ConnectAsync(site, $"127.0.{n % 10}.{n / 10 % 20 + 1}"));
                if (n % 500 == 250)
                    await VoteAsync(site, $"127.77.{n / 500}.1");
            }

            await VoteAsync(site, "127.78.0.1");
        }
        finally
        {
            flood.ForEach(socket => socket.Dispose());
        }

        site.Output.Split('\n')
            .Count(line => line.Contains("Connections are dropped or refused", StringComparison.Ordinal))
            .ShouldBeInRange(1, 10, "one line, and one a minute");
    }

    [Fact]
    public async Task A_proxy_that_no_setting_names_is_told_of_once_and_without_an_address()
    {
        await using var site = new StandaloneProcess();
        await site.StartAsync();
        for (var n = 0; n < 3; n++)
        {
            using var passedOn = new HttpRequestMessage(HttpMethod.Get, "/robots.txt");
            passedOn.Headers.TryAddWithoutValidation("X-Forwarded-For", "203.0.113.9");
            (await site.Http.SendAsync(passedOn)).StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        var line = site.Output.Split('\n').Single(line => line.Contains("forwarding header", StringComparison.Ordinal));
        line.ShouldContain("Proxies__KnownNetworks__0");
        site.Output.ShouldNotContain("203.0.113.9");
    }

    private static async Task VoteAsync(StandaloneProcess site, string from)
    {
        using var reader = new HttpClient(
            new SocketsHttpHandler { ConnectCallback = async (_, _) => new NetworkStream(await ConnectAsync(site, from), ownsSocket: true) }
        )
        {
            BaseAddress = site.Address,
        };
        (await reader.PostAsync("/api/voters", null)).StatusCode.ShouldBe(HttpStatusCode.Created);
        (await reader.PutAsJsonAsync("/api/votes/cursor-2-0", new { choice = "ship" })).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private static async Task<Socket> ConnectAsync(StandaloneProcess site, string from)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        await socket.ConnectAsync(IPAddress.Loopback, site.Address.Port);
        return socket;
    }
}
