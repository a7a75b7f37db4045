using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Shouldly;

namespace Tally.Tests;

/// <summary>A real Redis on a free port, which can be killed and started again on the same one.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tally-redis-").FullName;
    private Process? _process;

    public int Port { get; } = FreePort();

    public string Connection => $"127.0.0.1:{Port},allowAdmin=true";

    public static async Task<RedisServer> StartNewAsync()
    {
        var server = new RedisServer();
        await server.StartAsync();
        return server;
    }

    /// <summary>A Redis Cluster of one node, which refuses keys of different slots in one script like any other.</summary>
    public static async Task<RedisServer> StartNewClusterAsync()
    {
        var server = new RedisServer();
        await server.StartAsync("--cluster-enabled", "yes");
        (await server.AskAsync("CLUSTER ADDSLOTSRANGE 0 16383")).ShouldBe("+OK");
        await Eventually.BeAsync(async () => await server.AskAsync("SET probe 1") == "+OK");
        await server.AskAsync("DEL probe");
        return server;
    }

    public async Task StartAsync(params string[] more)
    {
        _process = Start(
            await Program.Value,
            [
                "--port",
                Port.ToString(),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no",
                "--dir",
                _folder,
                "--daemonize",
                "no",
                "--logfile",
                Path.Combine(_folder, "redis.log"),
                .. more,
            ]
        );
        await Eventually.BeAsync(async () =>
        {
            try
            {
                return (await AskAsync("PING")).StartsWith("+PONG", StringComparison.Ordinal);
            }
            catch (SocketException)
            {
                return false;
            }
        });
    }

    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Sends one inline command and answers the first line of the reply.</summary>
    public async Task<string> AskAsync(string command) => (await LinesAsync(command, 1))[0];

    /// <summary>The text that one inline command such as HGET answers; empty when there is none.</summary>
    public async Task<string> ValueAsync(string command) => await LinesAsync(command, 2) is [_, var value] ? value : "";

    private async Task<string[]> LinesAsync(string command, int most)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Port);
        var stream = client.GetStream();
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(command + "\r\n"));
        using var reader = new System.IO.StreamReader(stream);
        var first = await reader.ReadLineAsync() ?? "";
        return most > 1 && first is ['$', not '-', ..] ? [first, await reader.ReadLineAsync() ?? ""] : [first];
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await KillAsync();
        Directory.Delete(_folder, recursive: true);
    }

    // Found on the path, else installed where that is allowed; a test that silently skips promises nothing.
    private static readonly Lazy<Task<string>> Program = new(async () =>
    {
        if (Find() is { } found)
            return found;
        if (Environment.UserName == "root" && File.Exists("/usr/bin/apt-get"))
        {
            using var install = Start(
                "/bin/sh",
                "-c",
                "apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y redis-server"
            );
            await install.WaitForExitAsync();
        }

        return Find()
            ?? throw new InvalidOperationException(
                "These tests need redis-server: install Redis 6 or later so that redis-server is on the PATH."
            );
    });

    private static string? Find() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, "redis-server"))
            .FirstOrDefault(File.Exists);

    private static Process Start(string program, params string[] arguments) => Process.Start(program, arguments)!;

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
