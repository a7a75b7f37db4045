using System.Security.Cryptography;
using Faults.Tests.Crowd;
using Faults.Tests.Judgement;
using Faults.Tests.Servers;
using Testing;
using Testing.Machine;
using Testing.Servers;

namespace Faults.Tests;

/// <summary>
/// The whole distributed system on this machine: three servers, and the services in two replicas where they scale. All scenarios share it.
/// </summary>
public sealed class Site : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("faults-").FullName;
    private readonly string _key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
    private readonly string _logKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
    private readonly List<ServiceProcess> _extra = [];

    /// <summary>What to install, when these tests can't run here; otherwise null.</summary>
    public string? Missing { get; private set; }

    public Secrets Secrets { get; private set; } = null!;

    /// <summary>Where the broker takes encrypted connections, under the name localhost.</summary>
    public int EncryptedPort { get; } = Ports.Free();

    public Postgres Postgres { get; private set; } = null!;
    public Rabbit Rabbit { get; private set; } = null!;
    public Redis Redis { get; private set; } = null!;
    public ServiceProcess Catalog { get; private set; } = null!;
    public IReadOnlyList<ServiceProcess> Voting { get; private set; } = [];
    public IReadOnlyList<ServiceProcess> Tally { get; private set; } = [];

    /// <summary>Slugs of all tools in the catalog.</summary>
    public IReadOnlyList<string> Tools { get; private set; } = [];

    /// <summary>Every reader of every scenario so far: together they account for the whole ledger.</summary>
    public List<Reader> Readers { get; } = [];

    public Ledger Ledger { get; } = new();

    /// <summary>Where a stranger keeps the last checkpoint of the public log between scenarios.</summary>
    public string LastCheckpoint => Path.Combine(_directory, "last.checkpoint");

    /// <summary>Differences between readers and ledger already told, so that a later scenario does not answer for an earlier one.</summary>
    public HashSet<string> Reported { get; } = [];

    public IEnumerable<Server> Servers => [Postgres, Rabbit, Redis];
    public IEnumerable<ServiceProcess> Services => [Catalog, .. Voting, .. Tally];

    /// <summary>Everything that was started so far.</summary>
    public IEnumerable<Server> All =>
        new Server?[] { Postgres, Rabbit, Redis, Catalog }
            .OfType<Server>()
            .Concat(Voting)
            .Concat(Tally)
            .Concat(_extra);

    public async ValueTask InitializeAsync()
    {
        if (!OperatingSystem.IsLinux())
        {
            Missing = "These tests stop, freeze and kill processes by Linux signals.";
            return;
        }

        try
        {
            Postgres = new Postgres(_directory);
            Secrets = new Secrets(_directory);
            // As in an installation: each service has a user with the rights it needs and no others.
            Rabbit = new Rabbit(
                _directory,
                $"""
                load_definitions = {Secrets.PathOf("rabbitmq/definitions.json")}
                listeners.ssl.default = {EncryptedPort}
                ssl_options.cacertfile = {Secrets.Authority}
                ssl_options.certfile = {Secrets.Certificate}
                ssl_options.keyfile = {Secrets.CertificateKey}

                """,
                $"admin:{Secrets.Read("rabbitmq/password")}"
            );
            Redis = new Redis(_directory, Secrets.PathOf("redis/redis.conf"), Secrets.Read("redis/password"));
        }
        catch (MissingProgramException missing)
        {
            Missing = missing.Message;
            return;
        }

        Catalog = Replica("Catalog", "catalog");
        Voting = [Replica("Voting", "voting-1"), Replica("Voting", "voting-2")];
        Tally = [Replica("Tally", "tally-1"), Replica("Tally", "tally-2")];

        // Services first, servers late, schema not yet there: the first start is a scenario of its own.
        foreach (var server in Services.Concat(Servers))
            server.Launch();
        await Postgres.Ready();
        await Postgres.Create("catalog");
        await Postgres.Create("ledger");
        await Whole();
        await Eventually.HoldsAsync(
            async () => (Tools = await Api.Tools(Catalog)).Count > 0,
            "the catalog has tools",
            TimeSpan.FromSeconds(60)
        );
        await Eventually.HoldsAsync(
            async () =>
            {
                foreach (var replica in Tally)
                    if ((await Api.Tallies(replica, Tools)).Count != Tools.Count)
                        return false;
                foreach (var replica in Voting)
                    if (!await Api.Knows(replica, Tools[0]))
                        return false;
                return true;
            },
            "every replica knows them",
            TimeSpan.FromSeconds(60)
        );
    }

    /// <summary>
    /// Starts what is not running and waits until all of it is ready, so that one scenario's failure is not the next one's.
    /// </summary>
    public async Task Whole()
    {
        foreach (var server in Servers.Concat(Services))
        {
            if (server.Alive)
                await server.Send(UnixSignal.Continue);
            else
                server.Launch();
        }

        foreach (var server in Servers.Concat(Services))
            await server.Ready();
    }

    /// <summary>Another Voting replica, with settings of its own, until disposed.</summary>
    public async Task<ServiceProcess> AnotherVoting(string name, IReadOnlyDictionary<string, string?> settings)
    {
        var replica = Replica("Voting", name, settings);
        _extra.Add(replica);
        await replica.StartAndWait();
        return replica;
    }

    /// <summary>A replica of Web in front of all replicas.</summary>
    public async Task<ServiceProcess> FrontDoor(string name = "web")
    {
        var web = Replica(
            "Web",
            name,
            new Dictionary<string, string?>
            {
                ["Services__Voting"] = string.Join(';', Voting.Select(replica => replica.Address)),
                ["Services__Tally"] = string.Join(';', Tally.Select(replica => replica.Address)),
                ["Services__Newsletter"] = "http://127.0.0.1:9",
                ["Services__Webhooks"] = "http://127.0.0.1:9",
            }
        );
        _extra.Add(web);
        await web.StartAndWait();
        return web;
    }

    /// <summary>The broker as one service's user.</summary>
    public string BusOf(string service) => $"amqp://{service}:{Secrets.Read($"rabbitmq/{service}")}@127.0.0.1:{Rabbit.Port}";

    /// <summary>Redis as one service's user.</summary>
    public string CountersOf(string service) =>
        $"127.0.0.1:{Redis.Port},abortConnect=false,user={service},password={Secrets.Read($"redis/{service}")}";

    public ValueTask DisposeAsync()
    {
        foreach (var server in All.Reverse())
            server.Dispose();
        Directory.Delete(_directory, recursive: true);
        return ValueTask.CompletedTask;
    }

    private ServiceProcess Replica(string service, string name, IReadOnlyDictionary<string, string?>? more = null)
    {
        var settings = new Dictionary<string, string?>
        {
            ["ConnectionStrings__Bus"] = service == "Web" ? Rabbit.Address : BusOf(service.ToLowerInvariant()),
            // Its sockets in the temporary directory would stay there after every kill.
            ["DOTNET_EnableDiagnostics"] = "0",
            ["Quota__Enabled"] = "false",
            ["RateLimits__Enabled"] = "false",
        };
        if (service == "Catalog")
            Serve("Catalog", "catalog");
        else
            settings["Services__Catalog"] = Catalog.Address.ToString();
        if (service == "Voting")
        {
            Serve("Ledger", "ledger");
            settings["Voters__SigningKeys__0"] = _key;
            settings["Log__SigningKeys__0"] = _logKey;
        }

        if (service == "Tally")
        {
            settings["ConnectionStrings__Counters"] = CountersOf("tally");
            settings["Services__Voting"] = Voting[0].Address.ToString();
        }

        foreach (var (setting, value) in more ?? new Dictionary<string, string?>())
            settings[setting] = value;
        return new ServiceProcess(_directory, service, name, settings);

        // Two logins: one owns the tables and brings them up to date, one serves.
        void Serve(string connection, string database)
        {
            settings[$"ConnectionStrings__{connection}Owner"] = Postgres.ConnectionTo(database);
            settings[$"ConnectionStrings__{connection}"] = Postgres.Serving(Postgres.ConnectionTo(database));
        }
    }
}
