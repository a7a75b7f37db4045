using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Contracts;
using Hosting;
using Hosting.Messaging;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Testing;
using Testing.Servers;

namespace Voting.Tests;

/// <summary>A running Voting service on a free port, with a catalog of a few tools, and intent methods for what readers do.</summary>
public sealed class TestVoting : IAsyncDisposable
{
    public const string Key = "a2V5LWtleS1rZXkta2V5LWtleS1rZXkta2V5LWtleSE=";
    private readonly WebApplication _catalog;
    private readonly bool _ownsFolder;

    private TestVoting(WebApplication app, WebApplication catalog, string folder, bool ownsFolder)
    {
        (App, _catalog, Folder, _ownsFolder) = (app, catalog, folder, ownsFolder);
        Http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = AddressOf(app) };
    }

    public WebApplication App { get; }
    public HttpClient Http { get; }
    public string Folder { get; }
    public TotalsHeard Heard => App.Services.GetRequiredService<TotalsHeard>();

    public static async Task<TestVoting> StartAsync(
        string? folder = null,
        string? ledger = null,
        string[]? settings = null,
        Action<WebApplicationBuilder>? add = null
    )
    {
        var catalog = QuietBuilder().Build();
        catalog.Urls.Add("http://127.0.0.1:0");
        catalog.MapGet(
            "/api/catalog/tools",
            () => new { tools = (ToolState[])[Tool("cursor-2-0"), Tool("smolvlm2-2b"), Tool("old-tool") with { Retired = true }] }
        );
        await catalog.StartAsync();

        var path = folder ?? Directory.CreateTempSubdirectory("voting-tests-").FullName;
        string[] args =
        [
            "--urls=http://127.0.0.1:0",
            "--ConnectionStrings:Bus=memory",
            .. Logins(ledger ?? $"Data Source={path}/ledger.db"),
            $"--Services:Catalog={AddressOf(catalog)}",
            $"--Voters:SigningKeys:0={Key}",
            "--Quota:Enabled=false",
            "--RateLimits:Enabled=false",
            "--Erasure:SpreadHours=0",
            .. settings ?? [],
        ];
        var app = Service.Build(
            "Voting",
            args,
            builder =>
            {
                builder.Logging.SetMinimumLevel(LogLevel.Error);
                builder.AddVoting();
                builder.Services.AddSingleton<TotalsHeard>();
                builder.AddBus(VotingService.Consumers, bus => bus.AddConsumer<TotalsHeard.TotalsHeardConsumer>());
                add?.Invoke(builder);
            },
            app => app.MapVoting()
        );
        await app.StartAsync();
        var voting = new TestVoting(app, catalog, path, folder is null && ledger is null);
        await voting.KnowsToolsAsync();
        return voting;
    }

    // On PostgreSQL one login owns the ledger and another, with no more rights than it needs, serves: every test shows that they suffice.
    private static string[] Logins(string ledger) =>
        ledger.StartsWith("Host=", StringComparison.Ordinal)
            ? [$"--ConnectionStrings:Ledger={Postgres.Serving(ledger)}", $"--ConnectionStrings:LedgerOwner={ledger}"]
            : [$"--ConnectionStrings:Ledger={ledger}"];

    public static ToolState Tool(string slug) => new(slug, slug, "developer-tools", false, 1);

    public async Task<string> NewVoterAsync()
    {
        var answer = await Http.PostAsync("/api/voters", null);
        answer.EnsureSuccessStatusCode();
        return (await JsonAsync(answer)).GetProperty("token").GetString()!;
    }

    public Task<HttpResponseMessage> CastAsync(string voter, string tool, string choice) =>
        SendAsync(HttpMethod.Put, $"/api/votes/{tool}", voter, JsonContent.Create(new { choice }));

    public Task<HttpResponseMessage> WithdrawAsync(string voter, string tool) => SendAsync(HttpMethod.Delete, $"/api/votes/{tool}", voter);

    public async Task<JsonElement> VoteAsync(string voter, string tool) =>
        await JsonAsync(await SendAsync(HttpMethod.Get, $"/api/votes/{tool}", voter));

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? voter = null, HttpContent? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        if (voter is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Voter", voter);
        return await Http.SendAsync(request);
    }

    /// <summary>The ledger read to its end in pages, as anyone may.</summary>
    public async Task<List<JsonElement>> LedgerAsync(int limit = 1000)
    {
        var all = new List<JsonElement>();
        for (long after = 0; ;)
        {
            var page = await Http.GetFromJsonAsync<JsonElement>($"/api/ledger?after={after}&limit={limit}");
            var entries = page.GetProperty("entries").EnumerateArray().ToList();
            all.AddRange(entries);
            if (entries.Count == 0)
                return all;
            after = page.GetProperty("next").GetInt64();
        }
    }

    public async Task<Dictionary<string, (long Ship, long Skip, long Version)>> TotalsAsync() =>
        (await Http.GetFromJsonAsync<JsonElement>("/api/ledger/totals"))
            .EnumerateArray()
            .ToDictionary(
                total => total.GetProperty("tool").GetString()!,
                total =>
                    (total.GetProperty("ship").GetInt64(), total.GetProperty("skip").GetInt64(), total.GetProperty("version").GetInt64())
            );

    public static async Task<JsonElement> JsonAsync(HttpResponseMessage answer) => await answer.Content.ReadFromJsonAsync<JsonElement>();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await App.StopAsync();
        await App.DisposeAsync();
        await _catalog.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        if (_ownsFolder)
            Directory.Delete(Folder, recursive: true);
    }

    private async Task KnowsToolsAsync()
    {
        var voter = await NewVoterAsync();
        await Eventually.HoldsAsync(
            async () => (await SendAsync(HttpMethod.Get, "/api/votes/cursor-2-0", voter)).IsSuccessStatusCode,
            "the tool list is known"
        );
    }

    private static WebApplicationBuilder QuietBuilder()
    {
        var builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false"]);
        builder.Logging.ClearProviders();
        return builder;
    }

    private static Uri AddressOf(WebApplication app) =>
        new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
}

/// <summary>What a receiver of the bus heard, newest version of every tool.</summary>
public sealed class TotalsHeard
{
    private readonly Dictionary<string, ToolTotals> _newest = [];
    public int Messages { get; private set; }

    public ToolTotals? Of(string tool)
    {
        lock (_newest)
            return _newest.GetValueOrDefault(tool);
    }

    public sealed class TotalsHeardConsumer(TotalsHeard heard) : IConsumer<TotalsMoved>
    {
        public Task Consume(ConsumeContext<TotalsMoved> context)
        {
            lock (heard._newest)
            {
                heard.Messages++;
                foreach (var total in context.Message.Totals)
                    if (heard._newest.GetValueOrDefault(total.Tool) is not { } known || total.IsNewerThan(known))
                        heard._newest[total.Tool] = total;
            }

            return Task.CompletedTask;
        }
    }
}
