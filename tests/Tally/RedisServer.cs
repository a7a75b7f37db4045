using System.Net;
using System.Net.Sockets;
using System.Text;
using Shouldly;
using Testing;
using Testing.Machine;
using Testing.Servers;

namespace Tally.Tests;

/// <summary>A real Redis of a test's own, which can be killed and started again on the same port, and asked in its own words.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tally-redis-").FullName;
    private readonly Redis _redis;

    private RedisServer(params string[] more) => _redis = new Redis(_folder, more: more);

    public string Connection => $"127.0.0.1:{_redis.Port},allowAdmin=true";

    public static async Task<RedisServer> StartNewAsync()
    {
        var server = new RedisServer();
        await server.StartAsync();
        return server;
    }

    /// <summary>A Redis Cluster of one node, which refuses keys of different slots in one script like any other.</summary>
    public static async Task<RedisServer> StartNewClusterAsync()
    {
        var server = new RedisServer("--cluster-enabled", "yes");
        await server.StartAsync();
        (await server.AskAsync("CLUSTER ADDSLOTSRANGE 0 16383")).ShouldBe("+OK");
        await Eventually.HoldsAsync(async () => await server.AskAsync("SET probe 1") == "+OK");
        await server.AskAsync("DEL probe");
        return server;
    }

    public Task StartAsync() => _redis.StartAndWait();

    public Task KillAsync() => _redis.Send(UnixSignal.Kill);

    /// <summary>Sends one inline command and answers the first line of the reply.</summary>
    public async Task<string> AskAsync(string command) => (await LinesAsync(command, 1))[0];

    /// <summary>The text that one inline command such as HGET answers; empty when there is none.</summary>
    public async Task<string> ValueAsync(string command) => await LinesAsync(command, 2) is [_, var value] ? value : "";

    private async Task<string[]> LinesAsync(string command, int most)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _redis.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(command + "\r\n"));
        using var reader = new StreamReader(stream);
        var first = await reader.ReadLineAsync() ?? "";
        return most > 1 && first is ['$', not '-', ..] ? [first, await reader.ReadLineAsync() ?? ""] : [first];
    }

    public ValueTask DisposeAsync()
    {
        _redis.Dispose();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
