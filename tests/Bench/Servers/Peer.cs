using System.Text.RegularExpressions;
using Npgsql;
using StackExchange.Redis;
using Testing;
using Testing.Machine;
using Testing.Servers;

namespace Bench.Servers;

/// <summary>
/// dockersamples/example-voting-app from a checkout: its <c>vote</c> behind gunicorn with the command of its image, its <c>worker</c> built
/// for this runtime, each on a Redis and a PostgreSQL of its own like ours. Changed in a copy are only addresses, and for the second worker
/// its sleep.
/// </summary>
internal sealed partial class Peer : IAsyncDisposable
{
    private readonly string _folder;
    private readonly Postgres _postgres;
    private readonly Redis _redis;
    private readonly VotePage _page;

    private Peer(string folder)
    {
        _folder = folder;
        (_postgres, _redis, _page) = (new Postgres(folder), new Redis(folder), new VotePage(folder));
    }

    /// <summary>Where one votes: <c>POST /</c>.</summary>
    public int Port => _page.Port;

    /// <param name="checkout">A folder with <c>vote/app.py</c> and <c>worker/Program.cs</c> in it.</param>
    /// <exception cref="InvalidOperationException">Something to be changed is not where it was, or the worker does not build.</exception>
    public static async Task<Peer> StartAsync(string checkout, Report report)
    {
        report.Say("starting the peer");
        if (Programs.Run("/usr/bin/python3", "-c", "import flask, redis").ExitCode != 0)
            Programs.Install("python3-flask", "python3-redis");
        var folder = Directory.CreateTempSubdirectory("bench-peer-").FullName;
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_001_001);
        var peer = new Peer(folder);
        Copy(Path.Combine(checkout, "vote"), Path.Combine(folder, "vote", "app"));
        Change(Path.Combine(folder, "vote", "app", "app.py"), ("host=\"redis\"", $"host=\"127.0.0.1\", port={peer._redis.Port}"));
        peer.BuildWorker(checkout, "as-shipped");
        peer.BuildWorker(checkout, "unslept", ("Thread.Sleep(100);", ""));
        await peer._postgres.StartAndWait();
        await peer.AskAsync("create role postgres superuser login");
        await peer._redis.StartAndWait();
        await peer._page.StartAndWait();
        return peer;
    }

    /// <summary>
    /// Votes that its worker stores a second, given the machine and a queue that does not run dry: the most that can become durable,
    /// however many were accepted.
    /// </summary>
    public async Task<double> DurableAsync(bool asShipped, TimeSpan length)
    {
        await FillAsync(asShipped ? 1_000 : 50_000);
        using var worker = Child.Start(
            Path.Combine(_folder, "worker.log"),
            ["dotnet", Path.Combine(_folder, asShipped ? "as-shipped" : "unslept", "out", "Worker.dll")],
            new Dictionary<string, string?>()
        );
        var before = await StoredAsync();
        await Eventually.HoldsAsync(
            async () => await StoredAsync() > before + 10,
            "the peer's worker stores votes",
            TimeSpan.FromSeconds(30)
        );
        // Past its runtime's warming up.
        await Task.Delay(TimeSpan.FromSeconds(2));
        var (from, clock) = (await StoredAsync(), System.Diagnostics.Stopwatch.StartNew());
        await Task.Delay(length);
        return (await StoredAsync() - from) / clock.Elapsed.TotalSeconds;
    }

    public async ValueTask DisposeAsync()
    {
        // Asked, so that it ends its four workers too.
        await _page.Send(UnixSignal.Terminate);
        foreach (var server in (Server[])[_page, _redis, _postgres])
            server.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void BuildWorker(string checkout, string name, params (string, string)[] changes)
    {
        var copy = Path.Combine(_folder, name);
        Copy(Path.Combine(checkout, "worker"), copy);
        Change(
            Path.Combine(copy, "Program.cs"),
            [
                ("Server=db;", $"Server=127.0.0.1;Port={_postgres.Port};"),
                ("OpenRedisConnection(\"redis\")", "OpenRedisConnection(\"localhost\")"),
                ("Connect(ipAddress)", $"Connect(ipAddress + \":{_redis.Port}\")"),
                .. changes,
            ]
        );
        var project = Path.Combine(copy, "Worker.csproj");
        File.WriteAllText(
            project,
            Framework().Replace(File.ReadAllText(project), $"<TargetFramework>net{Environment.Version.Major}.0</TargetFramework>")
        );
        var (code, output) = Programs.Run("dotnet", "build", project, "-c", "Release", "-o", Path.Combine(copy, "out"), "--nologo");
        if (code != 0)
            throw new InvalidOperationException($"The peer's worker does not build: {output}");
    }

    // As its page would, but faster.
    private async Task FillAsync(int votes)
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(_redis.Configuration);
        var database = redis.GetDatabase();
        for (var missing = votes - await database.ListLengthAsync("votes"); missing > 0; missing -= 1000)
            await database.ListRightPushAsync(
                "votes",
                [.. Enumerable.Range(0, 1000).Select(_ => (RedisValue)$$"""{"voter_id": "{{Random.Shared.NextInt64():x}}", "vote": "a"}""")]
            );
    }

    private async Task<long> StoredAsync() =>
        await AskAsync("select to_regclass('votes') is not null") is true ? (long)(await AskAsync("select count(*) from votes"))! : 0;

    private async Task<object?> AskAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_postgres.ConnectionTo("postgres"));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    private static void Change(string file, params (string From, string To)[] changes)
    {
        var text = File.ReadAllText(file);
        foreach (var (from, to) in changes)
            text = text.Contains(from, StringComparison.Ordinal)
                ? text.Replace(from, to, StringComparison.Ordinal)
                : throw new InvalidOperationException($"{file} does not hold '{from}'.");
        File.WriteAllText(file, text);
    }

    [GeneratedRegex("<TargetFramework>[^<]*</TargetFramework>")]
    private static partial Regex Framework();

    private sealed class VotePage(string folder) : Server("vote", folder)
    {
        private static readonly HttpClient Http = new();

        protected override Child Start() =>
            Child.Start(
                Log,
                [
                    Programs.Required("gunicorn", "gunicorn"),
                    "app:app",
                    "--chdir",
                    Path.Combine(Directory, "app"),
                    "-b",
                    $"127.0.0.1:{Port}",
                    "--log-file",
                    "-",
                    "--access-logfile",
                    "-",
                    "--workers",
                    "4",
                    "--keep-alive",
                    "0",
                ],
                new Dictionary<string, string?>()
            );

        protected override async Task<bool> Answers()
        {
            using var answer = await Http.GetAsync(new Uri($"http://127.0.0.1:{Port}/"));
            return answer.IsSuccessStatusCode;
        }
    }
}
