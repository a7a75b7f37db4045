using System.Collections.Concurrent;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Testing.Servers;

namespace Faults.Tests.Crowd;

/// <summary>
/// Someone with a page open on one Tally replica, over SignalR or server-sent events, who connects again whenever dropped
/// and remembers per tool the newest thing shown.
/// </summary>
public sealed class Watcher(ServiceProcess replica, string[] tools, bool stream) : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _backwards = [];
    private ConcurrentDictionary<string, ToolTally> _shown = [];
    private Task _watching = Task.CompletedTask;
    private readonly ConcurrentQueue<DateTime> _dropped = [];
    private int _connections;
    private int _pushes;

    public ServiceProcess Replica => replica;
    public IReadOnlyDictionary<string, ToolTally> Shown => _shown;
    public IReadOnlyCollection<string> Backwards => _backwards;
    public int Connections => _connections;

    /// <summary>When each connection ended.</summary>
    public IReadOnlyCollection<DateTime> Dropped => _dropped;
    public int Pushes => _pushes;
    public string? Trouble { get; private set; }

    /// <summary>Connected, and every tool watched has been shown on this connection.</summary>
    public bool Complete => _shown.Count == tools.Length;

    public override string ToString() => $"a watcher of {replica.Name} over {(stream ? "server-sent events" : "SignalR")}";

    public void Start() => _watching = Task.Run(KeepWatching);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        _stop.Dispose();
    }

    private async Task KeepWatching()
    {
        while (!_stop.IsCancellationRequested)
        {
            _shown = [];
            var before = _connections;
            try
            {
                await (stream ? Stream() : Hub());
            }
            catch (Exception error) when (!_stop.IsCancellationRequested)
            {
                Trouble = error.Message;
            }
            catch (Exception)
            {
                return;
            }

            if (_connections > before)
                _dropped.Enqueue(DateTime.UtcNow);
            await Task.Delay(Random.Shared.Next(50, 500), CancellationToken.None);
        }
    }

    private async Task Hub()
    {
        var pushed = new ConcurrentDictionary<string, (long Epoch, long Version)>();
        var shown = _shown;
        await using var connection = new HubConnectionBuilder()
            .WithUrl(
                new Uri(replica.Address, "hubs/tallies"),
                options =>
                {
                    options.SkipNegotiation = true;
                    options.Transports = HttpTransportType.WebSockets;
                }
            )
            .Build();
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        connection.Closed += _ =>
        {
            closed.TrySetResult();
            return Task.CompletedTask;
        };
        connection.On<ToolTally>(
            "TallyChanged",
            tally =>
            {
                Interlocked.Increment(ref _pushes);
                Forward(pushed, tally);
                Show(shown, tally);
            }
        );
        await connection.StartAsync(_stop.Token);
        Interlocked.Increment(ref _connections);
        // The client library hands pushes and the answer to Watch over on different paths, so their order is not known:
        // the newest of both is what a page would show, and only pushes are compared with pushes.
        foreach (var tally in await connection.InvokeAsync<ToolTally[]>("Watch", tools, _stop.Token))
            Show(shown, tally);
        await closed.Task.WaitAsync(_stop.Token);
    }

    private async Task Stream()
    {
        var seen = new ConcurrentDictionary<string, (long Epoch, long Version)>();
        var shown = _shown;
        using var response = await Api.Http.GetAsync(
            new Uri(replica.Address, "api/tallies/stream?" + Api.Query(tools)),
            HttpCompletionOption.ResponseHeadersRead,
            _stop.Token
        );
        response.EnsureSuccessStatusCode();
        Interlocked.Increment(ref _connections);
        await using var body = await response.Content.ReadAsStreamAsync(_stop.Token);
        await foreach (var item in SseParser.Create(body).EnumerateAsync(_stop.Token))
        {
            if (item.EventType != "tally")
                continue;
            Interlocked.Increment(ref _pushes);
            var tally = JsonSerializer.Deserialize<ToolTally>(item.Data, Json)!;
            Forward(seen, tally);
            Show(shown, tally);
        }
    }

    private void Forward(ConcurrentDictionary<string, (long Epoch, long Version)> orders, ToolTally tally)
    {
        if (orders.TryGetValue(tally.Tool, out var before) && tally.Order.CompareTo(before) < 0)
            _backwards.Enqueue($"{this} saw {tally.Tool} fall from {before} to {tally.Order} (epoch, version)");
        orders[tally.Tool] = tally.Order;
    }

    private static void Show(ConcurrentDictionary<string, ToolTally> shown, ToolTally tally) =>
        shown.AddOrUpdate(tally.Tool, tally, (_, before) => tally.Order.CompareTo(before.Order) >= 0 ? tally : before);
}
