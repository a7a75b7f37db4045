using EndToEnd.Tests;
using Microsoft.Data.Sqlite;
using Microsoft.Playwright;
using Testing.Machine;
using Xunit;
using static Microsoft.Playwright.Assertions;

[assembly: AssemblyFixture(typeof(Site))]
// One browser and one site on a small machine: pages that compete for a core would only wait for each other.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace EndToEnd.Tests;

/// <summary>The whole site, and a real Chromium to read it with.</summary>
public sealed class Site : IAsyncLifetime
{
    private readonly StandaloneProcess _process = new("--Quota:Enabled=false", "--RateLimits:Enabled=false");
    private static readonly string[] Arguments =
    [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ];

    private IPlaywright? _playwright;

    public Uri Address => _process.Address;
    public HttpClient Http => _process.Http;

    /// <summary>Every line so far that the site logged as an error.</summary>
    public IReadOnlyList<string> Errors =>
        [
            .. _process
                .Output.Split('\n')
                .Where(line => line.Contains(" fail: ", StringComparison.Ordinal) || line.Contains(" crit: ", StringComparison.Ordinal)),
        ];

    public IBrowser Browser { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await _process.StartAsync();
        // Five seconds, Playwright's own, are short when both cores of a small machine are busy.
        SetDefaultExpectTimeout(20_000);
        _playwright = await Playwright.CreateAsync();
        Browser = await _playwright.Chromium.LaunchAsync(
            new BrowserTypeLaunchOptions { ExecutablePath = Chromium.Find(), Args = Arguments }
        );
    }

    /// <summary>A browser that keeps pages for the way back, as readers' do and Playwright's does not.</summary>
    public async Task<IBrowser> BrowserWithBackForwardCacheAsync() =>
        await _playwright!.Chromium.LaunchAsync(
            new BrowserTypeLaunchOptions
            {
                ExecutablePath = Chromium.Find(),
                Args = Arguments,
                IgnoreDefaultArgs = ["--disable-back-forward-cache"],
            }
        );

    /// <summary>A reader whose browser is set to block all cookies.</summary>
    public Task<Reader> NewReaderWithoutCookiesAsync(string profile, bool script) =>
        NewReaderAsync(profile, """{"profile":{"default_content_setting_values":{"cookies":2}}}""", script);

    /// <summary>A reader whose browser is set to block the cookies of sites in frames.</summary>
    public Task<Reader> NewReaderWithoutThirdPartyCookiesAsync(string profile) =>
        NewReaderAsync(profile, """{"profile":{"cookie_controls_mode":1,"block_third_party_cookies":true}}""", script: true);

    private async Task<Reader> NewReaderAsync(string profile, string preferences, bool script)
    {
        await File.WriteAllTextAsync(
            Path.Combine(Directory.CreateDirectory(Path.Combine(profile, "Default")).FullName, "Preferences"),
            preferences
        );
        return new Reader(
            await _playwright!.Chromium.LaunchPersistentContextAsync(
                profile,
                new()
                {
                    ExecutablePath = Chromium.Find(),
                    Args = Arguments,
                    BaseURL = Address.ToString(),
                    JavaScriptEnabled = script,
                }
            )
        );
    }

    public Task StartAsync() => _process.StartAsync();

    /// <summary>Puts an issue of the newsletter into the archive.</summary>
    /// <param name="sections">JSON, as the newsletter's database keeps them.</param>
    public async Task StoreIssueAsync(string week, string sections)
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(_process.Folder, "newsletter.db")};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = """
            insert into weeks (week, outcome, decided_at) values ($week, 'published', unixepoch() * 1000);
            insert into issues (week, title, intro, sections, published_at) values ($week, 'Weekly AI Tool Verdicts', '1 new comparison.', $sections, unixepoch() * 1000)
            """;
        command.Parameters.AddWithValue("$week", week);
        command.Parameters.AddWithValue("$sections", sections);
        await command.ExecuteNonQueryAsync();
    }

    public Task<string> EditorTokenAsync(string name) => _process.EditorTokenAsync(name);

    public Task KillAsync() => _process.KillAsync();

    /// <summary>
    /// A reader with a browser of its own: no cookies, nothing remembered. Console errors fail the test that looks at them.
    /// </summary>
    public async Task<Reader> NewReaderAsync(BrowserNewContextOptions? options = null)
    {
        options ??= new BrowserNewContextOptions();
        options.BaseURL = Address.ToString();
        return new Reader(await Browser.NewContextAsync(options));
    }

    public async ValueTask DisposeAsync()
    {
        if (Browser is not null)
            await Browser.DisposeAsync();
        _playwright?.Dispose();
        await _process.DisposeAsync();
    }
}
