using System.Collections.Concurrent;
using System.Net.Http.Json;
using Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using MimeKit;
using Npgsql;
using Shouldly;

namespace Newsletter.Tests;

/// <summary>
/// One newsroom: a database, a pickup folder, a clock that stands still until told, a catalog and a tally to write about, and any number
/// of replicas of the service. TEST_POSTGRES (a connection string of a user who may create databases) moves the same tests to PostgreSQL.
/// </summary>
internal sealed class Press : IAsyncDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 11, 25, 10, 0, 0, TimeSpan.Zero);

    private readonly string _folder = Directory.CreateTempSubdirectory("newsletter-").FullName;
    private readonly List<WebApplication> _apps = [];
    private readonly CapturedLogs _logs = new();
    private readonly string _database;
    private WebApplication? _others;

    public Press()
    {
        Pickup = Path.Combine(_folder, "mail");
        _database = Environment.GetEnvironmentVariable("TEST_POSTGRES") is { Length: > 0 } server ? NewPostgres(server) : $"Data Source={Path.Combine(_folder, "n.db")};Pooling=False";
    }

    public FakeTimeProvider Time { get; } = new(Start);
    public string Pickup { get; }
    public List<object> Comparisons { get; } = [];
    public string Logs => string.Join('\n', _logs.Lines);

    /// <summary>Starts a replica; the first one also starts the catalog and tally it asks.</summary>
    public async Task<HttpClient> StartAsync(params string[] settings)
    {
        var others = _others ??= await OthersAsync();
        var app = Service.Build(
            "Newsletter",
            [
                "--ConnectionStrings:Bus=memory", $"--ConnectionStrings:Newsletter={_database}", "--urls=http://127.0.0.1:0",
                $"--Services:Catalog={others.Urls.First()}", $"--Services:Tally={others.Urls.First()}",
                "--Newsletter:PublicBase=https://verdicts.example", $"--Newsletter:Pickup={Pickup}", .. settings,
            ],
            builder =>
            {
                builder.AddNewsletter();
                builder.Services.AddSingleton<TimeProvider>(Time);
                builder.Logging.ClearProviders().AddProvider(_logs).SetMinimumLevel(LogLevel.Trace);
            },
            app => app.MapNewsletter());
        await app.StartAsync();
        _apps.Add(app);
        var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        await Eventually(async () => (await client.GetAsync("/health/ready")).IsSuccessStatusCode, "the service is ready");
        return client;
    }

    public async Task StopAllAsync()
    {
        foreach (var app in _apps)
            await app.DisposeAsync();
        _apps.Clear();
    }

    public List<MimeMessage> Mails() => !Directory.Exists(Pickup) ? [] : [.. Directory.GetFiles(Pickup, "*.eml").Order().Select(file => MimeMessage.Load(file))];

    public async Task<MimeMessage> MailToAsync(string address, Func<MimeMessage, bool>? which = null)
    {
        MimeMessage? found = null;
        await Eventually(
            () => Task.FromResult((found = Mails().LastOrDefault(m => m.To.Mailboxes.Single().Address == address && which?.Invoke(m) != false)) is not null), $"a mail to {address}");
        return found!;
    }

    /// <summary>The whole way in, as a reader goes it.</summary>
    public async Task SubscribeAsync(HttpClient client, string address)
    {
        (await client.PostAsJsonAsync("/api/newsletter/subscriptions", new { email = address })).StatusCode.ShouldBe(System.Net.HttpStatusCode.Accepted);
        var token = TokenIn(await MailToAsync(address));
        (await client.PostAsJsonAsync("/api/newsletter/confirmations", new { token })).StatusCode.ShouldBe(System.Net.HttpStatusCode.OK);
    }

    /// <summary>Waits until every request is decided and every mail due has left or was dropped.</summary>
    public Task QuietAsync() => Eventually(
        async () => await CountAsync("select count(*) from requests") == 0
            && await CountAsync($"select count(*) from mails where state in ('waiting', 'handing') and next_at <= {Time.GetUtcNow().ToUnixTimeMilliseconds()}") == 0
            && await CountAsync("select count(*) from mails where state = 'handing'") == 0,
        "the outbox is empty");

    public async Task<long> CountAsync(string sql) => Convert.ToInt64(await ScalarAsync(sql));

    public async Task<object?> ScalarAsync(string sql)
    {
        await using System.Data.Common.DbConnection connection = _database.StartsWith("Host", StringComparison.Ordinal) ? new NpgsqlConnection(_database) : new SqliteConnection(_database);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteScalarAsync();
    }

    public static string TokenIn(MimeMessage mail)
    {
        var text = mail.TextBody!;
        var at = text.IndexOf("token=", StringComparison.Ordinal) + "token=".Length;
        return new string([.. text[at..].TakeWhile(c => !char.IsWhiteSpace(c))]);
    }

    public static async Task Eventually(Func<Task<bool>> holds, string what)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await holds())
        {
            if (patience.IsCancellationRequested)
                throw new TimeoutException($"Waited in vain: {what}");
            await Task.Delay(20);
        }
    }

    /// <summary>A comparison the catalog tells of from now on.</summary>
    public void Publish(string a, string b, DateTimeOffset at) => Comparisons.Add(new
    {
        slug = $"{a}-vs-{b}",
        summary = $"How {a} & {b} differ",
        tools = new[] { new { slug = a, name = a.ToUpperInvariant() }, new { slug = b, name = b.ToUpperInvariant() } },
        publishedAt = at,
    });

    public async ValueTask DisposeAsync()
    {
        await StopAllAsync();
        if (_others is not null)
            await _others.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<WebApplication> OthersAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapGet("/api/comparisons", () => Results.Json(new { comparisons = Comparisons, total = Comparisons.Count, page = 1, pages = 1 }));
        app.MapGet("/api/catalog/tools", () => Results.Json(new
        {
            tools = new[]
            {
                new { slug = "alpha", name = "Alpha", category = "c", retired = false, version = 1 },
                new { slug = "beta", name = "Beta <3", category = "c", retired = false, version = 1 },
                new { slug = "gone", name = "Gone", category = "c", retired = true, version = 1 },
            },
        }));
        app.MapGet("/api/tallies/top", () => Results.Json(new object[] { Tally("gone", 99, 0), Tally("alpha", 12, 3), Tally("beta", 1, 0) }));
        app.MapGet("/api/tallies/divided", () => Results.Json(new object[] { Tally("beta", 5, 5), Tally("alpha", 0, 0) }));
        await app.StartAsync();
        return app;
    }

    private static object Tally(string tool, int ship, int skip) =>
        new { tool, ship, skip, total = ship + skip, shipPercent = ship + skip == 0 ? (double?)null : Math.Round(100.0 * ship / (ship + skip), 1) };

    private static string NewPostgres(string server)
    {
        var name = $"newsletter_{Guid.NewGuid():N}";
        using var connection = new NpgsqlConnection(server);
        connection.Open();
        using var command = new NpgsqlCommand($"create database {name}", connection);
        command.ExecuteNonQuery();
        return new NpgsqlConnectionStringBuilder(server) { Database = name, MaxPoolSize = 20 }.ConnectionString;
    }
}

internal sealed class CapturedLogs : ILoggerProvider, ILogger
{
    public ConcurrentQueue<string> Lines { get; } = new();
    public ILogger CreateLogger(string categoryName) => this;
    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Enqueue($"{logLevel} {eventId.Id} {formatter(state, exception)} {exception}");

    public void Dispose()
    {
    }
}
