using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Contracts;
using Hosting;
using Hosting.Messaging;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Shouldly;
using Testing;
using Testing.Servers;
using Webhooks.Sending;

[assembly: Xunit.AssemblyFixture(typeof(SharedPostgres))]

namespace Webhooks.Tests;

/// <summary>
/// One site: a database, a clock that stands still until told, the services that webhooks tell of, any number of replicas, and a receiver.
/// </summary>
internal sealed class Publisher : IAsyncDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 11, 25, 10, 0, 0, TimeSpan.Zero);
    public const string Key = "a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2U=";

    private readonly string _folder = Directory.CreateTempSubdirectory("webhooks-").FullName;
    private readonly List<WebApplication> _apps = [];
    private readonly CapturedLogs _logs = new();
    private readonly string _database;

    private Publisher(string? database) => _database = database ?? $"Data Source={Path.Combine(_folder, "w.db")};Pooling=False";

    /// <param name="postgres">Null for SQLite.</param>
    public static async Task<Publisher> OnAsync(SharedPostgres? postgres)
    {
        var publisher = new Publisher(postgres is null ? null : $"{await postgres.NewDatabaseAsync("webhooks")};Maximum Pool Size=20");
        await publisher.Receiver.StartAsync();
        publisher.Neighbours.Offer("alpha", Start);
        publisher.Neighbours.Offer("beta", Start);
        return publisher;
    }

    public FakeTimeProvider Time { get; } = new(Start);
    public Neighbours Neighbours { get; } = new();
    public Receiver Receiver { get; } = new();
    public string Logs => string.Join('\n', _logs.Lines);

    /// <summary>What names resolve to; as the machine says by default.</summary>
    public ResolveName Resolve { get; set; } = Dns.GetHostAddressesAsync;

    /// <summary>An editor's client of a new replica that has seen the catalog.</summary>
    public async Task<HttpClient> StartAsync(params string[] settings)
    {
        await Neighbours.StartAsync();
        var serving = Postgres.Serving(_database);
        var app = Service.Build(
            "Webhooks",
            [
                "--ConnectionStrings:Bus=memory",
                $"--ConnectionStrings:Webhooks={serving}",
                serving == _database ? "--x=y" : $"--ConnectionStrings:WebhooksOwner={_database}",
                "--urls=http://127.0.0.1:0",
                $"--Services:Catalog={Neighbours.Address}",
                $"--Services:Voting={Neighbours.Address}",
                $"--Services:Newsletter={Neighbours.Address}",
                $"--Webhooks:SecretKeys:0={Key}",
                "--Webhooks:AllowHttp=true",
                "--Webhooks:AllowedNetworks:0=127.0.0.0/8",
                .. Editor.Settings,
                .. settings,
            ],
            builder =>
            {
                builder.Services.AddSingleton<ResolveName>((name, cancellationToken) => Resolve(name, cancellationToken));
                builder.AddWebhooks();
                builder.AddBus(WebhooksService.Consumers);
                builder.Services.AddSingleton<TimeProvider>(Time);
                builder.Logging.ClearProviders().AddProvider(_logs).SetMinimumLevel(LogLevel.Trace);
            },
            app => app.MapWebhooks()
        );
        await app.StartAsync();
        _apps.Add(app);
        var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Editor.Token());
        await Eventually.HoldsAsync(async () => (await client.GetAsync("/health/ready")).IsSuccessStatusCode, "the service is ready");
        await KnowsAsync("select count(*) from tools", 2);
        return client;
    }

    /// <summary>Waits until the service has read what a test made the others say.</summary>
    public async Task KnowsAsync(string count, long expected)
    {
        try
        {
            await AsTimePassesAsync(async () => await CountAsync(count) == expected, $"{count} is {expected}", TimeSpan.FromSeconds(1));
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{late.Message} The log: {Logs}", late);
        }
    }

    public static async Task<JsonNode> RegisterAsync(HttpClient client, string url, params object[] events)
    {
        var answer = await client.PostAsJsonAsync("/api/webhooks", new { url, events });
        answer.StatusCode.ShouldBe(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
    }

    /// <summary>Says to the bus where a tool stands now.</summary>
    public Task VotesAsync(string tool, long ship, long skip) =>
        _apps[^1].Services.GetRequiredService<IBus>().Publish(new TotalsMoved { Totals = [Neighbours.Count(tool, ship, skip)] });

    public static async Task<JsonNode> GetAsync(HttpClient client, string path)
    {
        var answer = await client.GetAsync(path);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
    }

    /// <summary>An endpoint's only delivery, once it is as wanted; time stands still.</summary>
    public static Task<JsonNode> DeliveryAsync(HttpClient client, JsonNode webhook, Func<JsonNode, bool> wanted) =>
        Eventually.GetAsync(
            async () => (await GetAsync(client, $"/api/webhooks/{webhook["id"]}/deliveries"))["deliveries"]!.AsArray().Single()!,
            wanted,
            "the delivery is as wanted"
        );

    /// <summary>Waits while the clock runs fast: background work may begin its rest only after a test moved the clock.</summary>
    public Task AsTimePassesAsync(Func<Task<bool>> holds, string what, TimeSpan? step = null) =>
        Eventually.HoldsAsync(
            async () =>
            {
                if (await holds())
                    return true;
                Time.Advance(step ?? TimeSpan.FromSeconds(30));
                return false;
            },
            what
        );

    public async Task<long> CountAsync(string sql)
    {
        await using System.Data.Common.DbConnection connection = _database.StartsWith("Host", StringComparison.Ordinal)
            ? new NpgsqlConnection(_database)
            : new SqliteConnection(_database);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToInt64(await command.ExecuteScalarAsync());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var app in _apps)
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }

        Logs.ShouldNotContain("failed with InvalidOperationException");
        await Receiver.DisposeAsync();
        await Neighbours.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
