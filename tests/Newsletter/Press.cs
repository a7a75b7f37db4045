using System.Net.Http.Json;
using Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using MimeKit;
using Npgsql;
using Shouldly;
using Testing;
using Testing.Servers;

[assembly: Xunit.AssemblyFixture(typeof(SharedPostgres))]

namespace Newsletter.Tests;

/// <summary>
/// One newsroom: a database, a clock that stands still until told, a catalog and a tally to write about, any number of replicas of the
/// service, and a pickup folder or a mail server.
/// </summary>
internal sealed class Press : IAsyncDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 11, 25, 10, 0, 0, TimeSpan.Zero);
    public static readonly DateTimeOffset NextMonday = new(2026, 11, 30, 8, 0, 0, TimeSpan.Zero);

    private readonly string _folder = Directory.CreateTempSubdirectory("newsletter-").FullName;
    private readonly List<WebApplication> _apps = [];
    private readonly CapturedLogs _logs = new();
    private readonly string _database;
    private readonly Exim? _server;

    /// <param name="server">Null for a pickup folder.</param>
    /// <param name="database">A connection string; null for a database of its own.</param>
    public Press(Exim? server = null, string? database = null)
    {
        _server = server;
        Pickup = Path.Combine(_folder, "mail");
        _database = database ?? $"Data Source={Path.Combine(_folder, "n.db")};Pooling=False";
        Neighbours.Offer("alpha", "Alpha");
        Neighbours.Offer("beta", "Beta <3");
        Neighbours.Offer("gamma", "Gamma");
        Neighbours.Votes["alpha"] = (12, 3);
        Neighbours.Votes["beta"] = (12, 12);
        Neighbours.Votes["gone"] = (99, 0);
    }

    /// <param name="postgres">Null for SQLite.</param>
    public static async Task<Press> OnAsync(SharedPostgres? postgres) =>
        new(
            database: postgres is null
                ? null
                : $"{await postgres.NewDatabaseAsync("newsletter")};Maximum Pool Size=20"
        );

    public FakeTimeProvider Time { get; } = new(Start);
    public string Pickup { get; }
    public Neighbours Neighbours { get; } = new();
    public string Logs => string.Join('\n', _logs.Lines);

    /// <summary>Everything kept on disk, the mails too; nothing of PostgreSQL's.</summary>
    public string Folder => _folder;

    /// <summary>True when the tests run on SQLite.</summary>
    public bool OnSqlite => !_database.StartsWith("Host", StringComparison.Ordinal);

    /// <summary>Starts a replica; the first one also starts the catalog and tally it asks.</summary>
    public async Task<HttpClient> StartAsync(params string[] settings)
    {
        await Neighbours.StartAsync();
        var app = Service.Build(
            "Newsletter",
            [
                "--ConnectionStrings:Bus=memory",
                .. Logins(),
                "--urls=http://127.0.0.1:0",
                $"--Services:Catalog={Neighbours.Address}",
                $"--Services:Tally={Neighbours.Address}",
                "--Newsletter:PublicBase=https://verdicts.example",
                $"--Newsletter:Pickup={Pickup}",
                $"--Newsletter:Smtp={_server?.Smtp}",
                .. Editor.Settings,
                .. settings,
            ],
            builder =>
            {
                builder.AddNewsletter();
                builder.Services.AddSingleton<TimeProvider>(Time);
                builder.Logging.ClearProviders().AddProvider(_logs).SetMinimumLevel(LogLevel.Trace);
            },
            app => app.MapNewsletter()
        );
        await app.StartAsync();
        _apps.Add(app);
        var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        await Eventually.HoldsAsync(async () => (await client.GetAsync("/health/ready")).IsSuccessStatusCode, "the service is ready");
        return client;
    }

    // On PostgreSQL one login owns the database and another, with no more rights than it needs, serves: every test shows that they suffice.
    private string[] Logins() =>
        Postgres.Serving(_database) is var serving && serving != _database
            ? [$"--ConnectionStrings:Newsletter={serving}", $"--ConnectionStrings:NewsletterOwner={_database}"]
            : [$"--ConnectionStrings:Newsletter={_database}"];

    public async Task StopAllAsync()
    {
        foreach (var app in _apps)
        {
            // Disposing alone does not wait for what runs in the background.
            await app.StopAsync();
            await app.DisposeAsync();
        }

        _apps.Clear();
    }

    /// <summary>Every mail that arrived.</summary>
    public List<MimeMessage> Mails() =>
        _server is not null ? _server.Mails()
        : !Directory.Exists(Pickup) ? []
        : [.. Directory.GetFiles(Pickup, "*.eml").Order().Select(file => MimeMessage.Load(file))];

    public async Task<MimeMessage> MailToAsync(string address, Func<MimeMessage, bool>? which = null)
    {
        MimeMessage? found = null;
        await Eventually.HoldsAsync(
            () => (found = Mails().LastOrDefault(m => m.To.Mailboxes.Single().Address == address && which?.Invoke(m) != false)) is not null,
            $"a mail to {address}"
        );
        return found!;
    }

    /// <summary>The whole way in, as a reader goes it.</summary>
    public async Task SubscribeAsync(HttpClient client, string address)
    {
        (await client.PostAsJsonAsync("/api/newsletter/subscriptions", new { email = address })).StatusCode.ShouldBe(
            System.Net.HttpStatusCode.Accepted
        );
        var token = TokenIn(await MailToAsync(address, IsConfirmation));
        (await client.PostAsJsonAsync("/api/newsletter/confirmations", new { token })).StatusCode.ShouldBe(System.Net.HttpStatusCode.OK);
    }

    public static bool IsIssue(MimeMessage mail) => mail.Headers.Contains(HeaderId.ListUnsubscribe) && !IsWelcome(mail);

    public static bool IsWelcome(MimeMessage mail) => mail.Subject!.StartsWith("Welcome", StringComparison.Ordinal);

    public static bool IsConfirmation(MimeMessage mail) => mail.Subject!.StartsWith("Confirm", StringComparison.Ordinal);

    /// <summary>Waits, while time passes, until that week's issue is published or found to have nothing to say.</summary>
    public Task DecidedAsync(string week) =>
        AsTimePassesAsync(async () => await CountAsync($"select count(*) from weeks where week = '{week}'") == 1, $"{week} is decided");

    /// <summary>A replica whose readers have confirmed in a week that had nothing new.</summary>
    public async Task<HttpClient> WithReadersAsync(params string[] readers)
    {
        var client = await StartAsync();
        await DecidedAsync("2026-w48");
        foreach (var reader in readers)
            await SubscribeAsync(client, reader);
        return client;
    }

    /// <summary>Moves the clock to when the next issue is due, and waits until it is decided.</summary>
    public async Task MondayComesAsync()
    {
        if (Time.GetUtcNow() < NextMonday)
            Time.Advance(NextMonday - Time.GetUtcNow());
        await DecidedAsync("2026-w49");
    }

    /// <summary>Waits until every request is decided and every mail has left or was dropped.</summary>
    public Task QuietAsync() =>
        Eventually.HoldsAsync(
            async () =>
                await CountAsync("select count(*) from requests") == 0
                && await CountAsync("select count(*) from mails where state in ('waiting', 'handing')") == 0,
            "the outbox is empty"
        );

    public async Task<long> CountAsync(string sql) => Convert.ToInt64(await ScalarAsync(sql));

    public System.Data.Common.DbConnection NewConnection() => OnSqlite ? new SqliteConnection(_database) : new NpgsqlConnection(_database);

    /// <summary>A client of the first replica that follows no redirect by itself.</summary>
    public HttpClient Browser() =>
        new(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(_apps[0].Urls.First()) };

    public async Task<object?> ScalarAsync(string sql)
    {
        await using var connection = NewConnection();
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteScalarAsync();
    }

    public Task LoggedAsync(string text) =>
        Eventually.HoldsAsync(() => Logs.Contains(text, StringComparison.Ordinal), $"a line with '{text}'");

    public static string TokenIn(MimeMessage mail)
    {
        var text = mail.TextBody!;
        var at = text.IndexOf("token=", StringComparison.Ordinal) + "token=".Length;
        return new string([.. text[at..].TakeWhile(c => !char.IsWhiteSpace(c))]);
    }

    /// <summary>Waits while the clock runs fast: background work may begin its rest only after a test moved the clock.</summary>
    public Task AsTimePassesAsync(Func<Task<bool>> holds, string what) =>
        Eventually.HoldsAsync(
            async () =>
            {
                if (await holds())
                    return true;
                Time.Advance(TimeSpan.FromSeconds(30));
                return false;
            },
            what
        );

    public void Publish(string a, string b, DateTimeOffset at, string? summary = null) => Neighbours.Publish(a, b, at, summary);

    public async ValueTask DisposeAsync()
    {
        await StopAllAsync();
        // Whatever a test looked at: work in the background that goes on after a defect of ours only shows there.
        Logs.ShouldNotContain("failed with InvalidOperationException");
        await Neighbours.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
