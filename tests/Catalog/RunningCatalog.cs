using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hosting;
using Hosting.Databases;
using Hosting.Messaging;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Testing;
using Testing.Servers;

[assembly: Xunit.AssemblyFixture(typeof(SharedPostgres))]

namespace Catalog.Tests;

/// <summary>The real service on a free port, with a database of its own.</summary>
public sealed class RunningCatalog : IAsyncDisposable
{
    public const string Issuer = "catalog-tests";
    public const string Audience = "catalog";
    public static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);

    private readonly string _connection;
    private readonly bool _withEditors;
    private readonly string? _folder;
    private WebApplication? _app;

    private readonly string[] _settings;

    private readonly CapturedLogs _logs = new();

    private RunningCatalog(string connection, bool withEditors, string? folder, string[] settings) =>
        (_connection, _withEditors, _folder, _settings) = (connection, withEditors, folder, settings);

    public HttpClient Reader { get; private set; } = null!;
    public HttpClient Editor { get; private set; } = null!;
    public Heard Heard { get; } = new();
    public IReadOnlyCollection<LogLine> Logs => _logs.Lines;
    public IServiceProvider Services => _app!.Services;

    public static Task<RunningCatalog> StartAsync(bool withEditors = true, params string[] settings) =>
        StartAsync(null, withEditors, settings);

    /// <param name="postgres">Null for SQLite.</param>
    public static Task<RunningCatalog> StartOnAsync(SharedPostgres? postgres) => StartAsync(postgres, true, []);

    private static async Task<RunningCatalog> StartAsync(SharedPostgres? postgres, bool withEditors, string[] settings)
    {
        var folder = postgres is null ? Directory.CreateTempSubdirectory("catalog-tests-").FullName : null;
        var connection = postgres is null
            ? $"Data Source={Path.Combine(folder!, "catalog.db")}"
            : await postgres.NewDatabaseAsync("catalog") + ";Maximum Pool Size=8";
        var catalog = new RunningCatalog(connection, withEditors, folder, settings);
        await catalog.StartAgainAsync();
        return catalog;
    }

    public async Task StartAgainAsync()
    {
        if (_app is not null)
            await StopAsync();
        List<string> args =
        [
            "--ConnectionStrings:Bus=memory",
            $"--ConnectionStrings:Catalog={Postgres.Serving(_connection)}",
            "--urls=http://127.0.0.1:0",
        ];
        // On PostgreSQL one login owns the catalog and another, with no more rights than it needs, serves: every test shows that they
        // suffice.
        if (_folder is null)
            args.Add($"--ConnectionStrings:CatalogOwner={_connection}");
        if (_withEditors)
            args.AddRange([
                $"--Authentication:Schemes:Bearer:ValidIssuer={Issuer}",
                $"--Authentication:Schemes:Bearer:ValidAudiences:0={Audience}",
                $"--Authentication:Schemes:Bearer:SigningKeys:0:Issuer={Issuer}",
                $"--Authentication:Schemes:Bearer:SigningKeys:0:Value={Convert.ToBase64String(Key)}",
            ]);
        args.AddRange(_settings);
        _app = Service.Build(
            "Catalog",
            [.. args],
            builder =>
            {
                builder.AddCatalog();
                builder.Services.AddSingleton(Heard);
                builder.Logging.AddProvider(_logs);
                builder.AddBus(CatalogService.Consumers, bus => bus.AddConsumer<Listener>());
            },
            app => app.MapCatalog()
        );
        await _app.StartAsync();

        var address = new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Reader = new HttpClient { BaseAddress = address };
        Editor = new HttpClient { BaseAddress = address };
        Editor.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token());
        await Eventually.HoldsAsync(async () => (await Reader.GetAsync("/health/ready")).IsSuccessStatusCode);
    }

    /// <summary>A token as <c>dotnet user-jwts create --role editor</c> writes it, with one thing or another altered.</summary>
    public static string Token(
        string? role = "editor",
        string issuer = Issuer,
        string audience = Audience,
        byte[]? key = null,
        int minutes = 60,
        string algorithm = SecurityAlgorithms.HmacSha256,
        bool ends = true,
        int begins = -5,
        string? critical = null
    )
    {
        var claims = new List<Claim> { new("sub", "ada") };
        if (role is not null)
            claims.Add(new("role", role));
        var now = DateTime.UtcNow;
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(
            new SecurityTokenDescriptor
            {
                Issuer = issuer,
                Audience = audience,
                Subject = new ClaimsIdentity(claims),
                NotBefore = now.AddMinutes(Math.Min(0, minutes) + begins),
                AdditionalHeaderClaims = critical is null
                    ? null
                    : new Dictionary<string, object> { ["crit"] = (string[])[critical], [critical] = true },
                IssuedAt = now.AddMinutes(Math.Min(0, minutes) - 5),
                Expires = ends ? now.AddMinutes(minutes) : null,
                SigningCredentials = new(new SymmetricSecurityKey(key ?? Key), algorithm),
            }
        );
    }

    public static string UnsignedToken()
    {
        var expires = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds();
        return Part("{\"alg\":\"none\",\"typ\":\"JWT\"}")
            + "."
            + Part($"{{\"sub\":\"ada\",\"role\":\"editor\",\"iss\":\"{Issuer}\",\"aud\":\"{Audience}\",\"exp\":{expires}}}")
            + ".";

        static string Part(string json) => Base64UrlEncoder.Encode(Encoding.UTF8.GetBytes(json));
    }

    /// <summary>Writes to the database as an earlier release would have.</summary>
    public async Task StoreAsync(string sql)
    {
        await using var connection = await Services.GetRequiredKeyedService<Database>("Catalog").Source.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    public async Task<JsonNode> ReadAsync(string path)
    {
        var answer = await Reader.GetAsync(path);
        answer.EnsureSuccessStatusCode();
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
    }

    public Task<HttpResponseMessage> PutAsync(string path, object body, string? ifMatch = null) =>
        EditAsync(HttpMethod.Put, path, body, ifMatch);

    public Task<HttpResponseMessage> PostAsync(string path, object body, string? ifMatch = null) =>
        EditAsync(HttpMethod.Post, path, body, ifMatch);

    public Task<HttpResponseMessage> DeleteAsync(string path, string? ifMatch = null) => EditAsync(HttpMethod.Delete, path, null, ifMatch);

    public async Task<string> EtagAsync(string path) => (await Reader.GetAsync(path)).Headers.ETag!.ToString();

    public static object ATool(string name = "Aider", decimal amount = 0, object? category = null) =>
        new
        {
            name,
            tagline = "Pair programming in a terminal",
            maker = "Paul Gauthier",
            category = category ?? "developer-tools",
            description = "Edits a git repository together with a language model.",
            website = "https://aider.chat",
            pricing = "Free; you pay the model's provider.",
            entryPrice = new
            {
                label = amount == 0 ? "Free" : $"${amount} a month",
                amount,
                currency = "USD",
                period = (string?)null,
            },
            plans = new[]
            {
                new
                {
                    name = "Open source",
                    amount,
                    currency = "USD",
                    period = "month",
                    note = (string?)null,
                },
            },
        };

    private async Task<HttpResponseMessage> EditAsync(HttpMethod method, string path, object? body, string? ifMatch)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = body is string text
                ? new StringContent(text, Encoding.UTF8, "application/json")
                : JsonContent.Create(body, options: JsonSerializerOptions.Web);
        if (ifMatch is not null)
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        return await Editor.SendAsync(request);
    }

    private async Task StopAsync()
    {
        await _app!.StopAsync();
        await _app.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (_folder is null)
            return;
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>What another service would have heard.</summary>
public sealed class Heard
{
    public System.Collections.Concurrent.ConcurrentQueue<Contracts.ToolState> Tools { get; } = new();
    public System.Collections.Concurrent.ConcurrentQueue<Contracts.ComparisonState> Comparisons { get; } = new();
    public System.Collections.Concurrent.ConcurrentQueue<int> MessageSizes { get; } = new();
}

public sealed class Listener(Heard heard) : IConsumer<Contracts.ToolsChanged>, IConsumer<Contracts.ComparisonsChanged>
{
    public Task Consume(ConsumeContext<Contracts.ToolsChanged> context)
    {
        heard.MessageSizes.Enqueue(context.Message.Tools.Count);
        foreach (var tool in context.Message.Tools)
            heard.Tools.Enqueue(tool);
        return Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<Contracts.ComparisonsChanged> context)
    {
        foreach (var comparison in context.Message.Comparisons)
            heard.Comparisons.Enqueue(comparison);
        return Task.CompletedTask;
    }
}
