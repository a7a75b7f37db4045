using Bench.Load;
using Npgsql;
using Testing.Servers;

namespace Bench.Servers;

/// <summary>
/// The distributed form with real servers, and a hundred tools besides the sample's. Quotas and rate limits are lifted but where the limits
/// themselves are on trial.
/// </summary>
internal sealed class Whole : IAsyncDisposable
{
    private readonly string _folder;
    private readonly bool _limited;
    private readonly List<Server> _started = [];

    private Whole(string folder, bool history, bool limited)
    {
        (_folder, _limited) = (folder, limited);
        Postgres = new Postgres(folder);
        Rabbit = new Rabbit(folder);
        Redis = new Redis(folder);
        Catalog = Service("Catalog", "catalog", new() { ["ConnectionStrings__Catalog"] = Postgres.ConnectionTo("catalog") });
        Voting = [.. Enumerable.Range(1, 3).Select(n => VotingOn("ledger", $"voting-{n}"))];
        Tallies =
        [
            .. Enumerable
                .Range(1, 2)
                .Select(n =>
                    Service(
                        "Tally",
                        $"tally-{n}",
                        new()
                        {
                            ["ConnectionStrings__Counters"] = Redis.Configuration,
                            ["Services__Catalog"] = Catalog.Address.ToString(),
                            ["Services__Voting"] = Voting[0].Address.ToString(),
                            ["Tally__HistorySeconds"] = history ? null : "3600",
                        }
                    )
                ),
        ];
        Newsletter = Service(
            "Newsletter",
            "newsletter",
            new()
            {
                ["ConnectionStrings__Newsletter"] = Postgres.ConnectionTo("newsletter"),
                ["Services__Catalog"] = Catalog.Address.ToString(),
                ["Services__Tally"] = Tally.Address.ToString(),
                ["Newsletter__Pickup"] = Path.Combine(folder, "mail"),
            }
        );
        Web = Service(
            "Web",
            "web",
            new()
            {
                ["Services__Catalog"] = Catalog.Address.ToString(),
                ["Services__Voting"] = limited ? $"{Voting[0].Address};{Voting[1].Address}" : Voting[0].Address.ToString(),
                ["Services__Tally"] = limited ? $"{Tallies[0].Address};{Tallies[1].Address}" : Tally.Address.ToString(),
                ["Services__Newsletter"] = Newsletter.Address.ToString(),
                ["Services__Webhooks"] = "http://127.0.0.1:9",
            }
        );
    }

    public Tokens Tokens { get; } = new();
    public Postgres Postgres { get; }
    public Rabbit Rabbit { get; }
    public Redis Redis { get; }
    public ServiceProcess Catalog { get; }

    /// <summary>Three replicas, of which the first runs.</summary>
    public IReadOnlyList<ServiceProcess> Voting { get; }

    /// <summary>Two replicas, of which the first runs.</summary>
    public IReadOnlyList<ServiceProcess> Tallies { get; }

    public ServiceProcess Tally => Tallies[0];
    public ServiceProcess Newsletter { get; }
    public ServiceProcess Web { get; }

    /// <summary>A hundred tools that only this bench votes on.</summary>
    public static IReadOnlyList<string> Tools { get; } = [.. Enumerable.Range(1, 100).Select(n => $"bench-{n}")];

    /// <param name="report">Is told of the start.</param>
    /// <param name="history">Whether Tally reads the ledger's entries for its history, as always but where something else is
    /// measured.</param>
    /// <param name="limited">Quotas and rate limits as in an installation, where the services believe Web about who asks.</param>
    public static async Task<Whole> StartAsync(Report report, bool history = true, bool limited = false)
    {
        report.Say("starting PostgreSQL, RabbitMQ, Redis and the services");
        var folder = Directory.CreateTempSubdirectory("bench-").FullName;
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_001_001);
        var whole = new Whole(folder, history, limited);
        foreach (var server in (Server[])[whole.Postgres, whole.Rabbit, whole.Redis])
            await whole.StartAsync(server);
        await whole.Postgres.Create("catalog");
        await whole.Postgres.Create("ledger");
        foreach (var server in (Server[])[whole.Catalog, whole.Voting[0], whole.Tally])
            await whole.StartAsync(server);
        await whole.AddToolsAsync("ledger", "bench");
        return whole;
    }

    /// <summary>A ledger that was migrated already learns a hundred tools, <c>NAME-1</c> to <c>NAME-100</c>.</summary>
    public Task AddToolsAsync(string database, string name) =>
        SqlAsync(
            $"insert into tools (slug, name, category, retired, version) select '{name}-' || n, 'Bench ' || n, 'bench', false, 1 from generate_series(1, {Tools.Count}) n",
            database
        );

    public async Task StartAsync(Server server)
    {
        await server.StartAndWait();
        _started.Add(server);
    }

    /// <summary>A replica of Voting that is not started yet, on a ledger of that name.</summary>
    /// <param name="logged">Whether it keeps the public log.</param>
    public ServiceProcess VotingOn(string database, string name, bool logged = false) =>
        Service(
            "Voting",
            name,
            new()
            {
                ["ConnectionStrings__Ledger"] = Postgres.ConnectionTo(database),
                ["Services__Catalog"] = Catalog.Address.ToString(),
                ["Voters__SigningKeys__0"] = Tokens.Key,
                ["Log__SigningKeys__0"] = logged ? Tokens.Key : null,
            }
        );

    /// <summary>Runs statements, each on its own unless they say otherwise, for as long as they take.</summary>
    /// <returns>What the last one answered first.</returns>
    public async Task<object?> SqlAsync(string sql, string database = "ledger")
    {
        // No pool: a server that was started again in between is a stranger to old connections.
        await using var connection = new NpgsqlConnection($"{Postgres.ConnectionTo(database)};Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        return await command.ExecuteScalarAsync();
    }

    public ValueTask DisposeAsync()
    {
        foreach (var server in Enumerable.Reverse(_started))
            server.Dispose();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private ServiceProcess Service(string service, string name, Dictionary<string, string?> settings)
    {
        settings["ConnectionStrings__Bus"] = Rabbit.Address;
        settings["Quota__Enabled"] = settings["RateLimits__Enabled"] = _limited ? "true" : "false";
        if (_limited && service != "Web")
            settings["Proxies__KnownNetworks__0"] = "127.0.0.1/32";
        settings["DOTNET_EnableDiagnostics"] = Environment.GetEnvironmentVariable("BENCH_DIAGNOSTICS") ?? "0";
        return new ServiceProcess(_folder, service, name, settings);
    }
}
