using System.Net.Http.Json;
using System.Text.Json;
using Contracts;
using Hosting;
using Hosting.Messaging;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Tally.Reading;
using Tally.State;
using Testing;

namespace Tally.Tests;

/// <summary>The service on a free port, as its own Program starts it, with a faked Voting and Catalog.</summary>
public sealed class TallyProcess : IAsyncDisposable
{
    private TallyProcess(WebApplication app, FakeLedger ledger) => (App, Ledger) = (app, ledger);

    private static readonly JsonSerializerOptions Json = MakeJson();

    public WebApplication App { get; }
    public FakeLedger Ledger { get; }
    public HttpClient Http { get; private init; } = null!;
    public string Address => App.Urls.First();

    public static Task<TallyProcess> StartAsync(FakeLedger ledger, string counters = "memory", params string[] settings) =>
        StartAsync(ledger, TimeProvider.System, counters, settings);

    public static async Task<TallyProcess> StartAsync(
        FakeLedger ledger,
        TimeProvider timeProvider,
        string counters,
        params string[] settings
    )
    {
        string[] args =
        [
            "--urls=http://127.0.0.1:0",
            "--ConnectionStrings:Bus=memory",
            $"--ConnectionStrings:Counters={counters}",
            $"--Services:Voting={ledger.Address}",
            $"--Services:Catalog={ledger.Address}",
            "--Tally:ReconcileSeconds=0.5",
            "--Tally:HistorySeconds=0.1",
            "--Tally:DrainSeconds=0",
            "--Logging:LogLevel:Default=Error",
            "--Logging:LogLevel:Microsoft.Extensions.Diagnostics.HealthChecks=None",
            .. settings,
        ];
        var app = Service.Build(
            "Tally",
            args,
            builder =>
            {
                builder.Services.AddSingleton(timeProvider);
                builder.AddTally();
                builder.AddBus(TallyService.Consumers);
            },
            map => map.MapTally()
        );
        await app.StartAsync();
        var process = new TallyProcess(app, ledger) { Http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) } };
        await Eventually.HoldsAsync(async () => (await process.Http.GetAsync("/health/ready")).IsSuccessStatusCode);
        return process;
    }

    /// <summary>What Voting's relay sends.</summary>
    public Task PublishAsync(params ToolTotals[] totals) =>
        App.Services.GetRequiredService<IBus>().Publish(new TotalsMoved { Totals = totals });

    /// <summary>One vote by a new voter, durable and told.</summary>
    public Task VoteAsync(string tool, string choice) => PublishAsync(Ledger.Commit(tool, choice));

    public async Task<ToolTally> TallyAsync(string tool) => (await Http.GetFromJsonAsync<ToolTally>($"/api/tallies/{tool}"))!;

    public async Task<TallyHistory> HistoryAsync(string tool, string bucket) =>
        (await Http.GetFromJsonAsync<TallyHistory>($"/api/tallies/{tool}/history?bucket={bucket}", Json))!;

    /// <summary>Waits until this replica answers that version, and answers it.</summary>
    public Task<ToolTally> ReachAsync(string tool, long version) =>
        Eventually.GetAsync(() => TallyAsync(tool), tally => tally.Version == version);

    /// <summary>A real SignalR client, connected.</summary>
    /// <param name="negotiate">False: straight by WebSocket, as the site's own pages do.</param>
    public async Task<LiveReader> ConnectAsync(bool messagePack = false, bool negotiate = true)
    {
        var builder = new HubConnectionBuilder().WithUrl(
            $"{Address}/hubs/tallies",
            options =>
            {
                options.SkipNegotiation = !negotiate;
                if (!negotiate)
                    options.Transports = HttpTransportType.WebSockets;
            }
        );
        if (messagePack)
            builder.AddMessagePackProtocol();
        var reader = new LiveReader(builder.Build());
        await reader.Connection.StartAsync();
        return reader;
    }

    private static JsonSerializerOptions MakeJson()
    {
        var json = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        Service.Shape(json);
        return json;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await App.StopAsync();
        await App.DisposeAsync();
    }
}

/// <summary>A reader's connection that remembers every push.</summary>
public sealed class LiveReader : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<ToolTally> _pushes = [];

    public LiveReader(HubConnection connection)
    {
        Connection = connection;
        connection.On<ToolTally>(
            "TallyChanged",
            tally =>
            {
                lock (_gate)
                    _pushes.Add(tally);
            }
        );
    }

    public HubConnection Connection { get; }

    public ToolTally[] Pushes
    {
        get
        {
            lock (_gate)
                return [.. _pushes];
        }
    }

    public Task<ToolTally[]> WatchAsync(params string[] tools) => Connection.InvokeAsync<ToolTally[]>("Watch", tools);

    public Task<ToolTally> ReachAsync(string tool, long version) =>
        Eventually.GetAsync(() => Task.FromResult(Pushes.LastOrDefault(push => push.Tool == tool)), push => push?.Version == version)!;

    public ValueTask DisposeAsync() => Connection.DisposeAsync();
}
