using System.Diagnostics;
using System.Globalization;
using Contracts;
using Hosting;
using StackExchange.Redis;

namespace Tally;

/// <summary>Counters shared by all replicas. Redis holds nothing that can't be made again from the ledger, so it needs no durability.</summary>
internal sealed partial class RedisCounters : ICounters, IAsyncDisposable
{
    // A script is one step for every other client too; this many tools take well under a millisecond.
    private const int ToolsPerCall = 500;
    private readonly Lazy<Task<IConnectionMultiplexer>> _connection;
    private readonly SemaphoreSlim _subscribing = new(1, 1);
    private readonly ILogger<RedisCounters> _logger;
    private volatile bool _subscribed;

    public RedisCounters(ConfigurationOptions options, ILogger<RedisCounters> logger)
    {
        _logger = logger;
        _connection = new Lazy<Task<IConnectionMultiplexer>>(() => ConnectAsync(options));
    }

    public event Action<IReadOnlyList<ToolTotals>>? Moved;

    public event Action? Returned;

    public async Task<int> TakeAsync(IReadOnlyCollection<ToolTotals> totals, CancellationToken cancellation)
    {
        using var span = TallyTrace.Source.Within("write counters", ActivityKind.Client);
        var trace = span?.Id ?? "";
        var taken = 0;
        foreach (var some in totals.Chunk(ToolsPerCall))
        {
            var arguments = new List<RedisValue>(2 + some.Length * 5) { RedisKeys.Moved, trace };
            foreach (var state in some)
                arguments.AddRange([state.Tool, state.Version, state.Ship, state.Skip, Milliseconds(state.At)]);
            taken += (int)await AskAsync(redis => redis.ScriptEvaluateAsync(RedisScripts.Take, [RedisKeys.Counters], [.. arguments]), cancellation);
        }

        span?.SetTag("tally.told", totals.Count).SetTag("tally.taken", taken);
        return taken;
    }

    public async Task<IReadOnlyList<ToolTotals>> ReadAllAsync(CancellationToken cancellation)
    {
        await SubscribeAsync(cancellation);
        var fields = await AskAsync(redis => redis.HashGetAllAsync(RedisKeys.Counters), cancellation);
        List<ToolTotals> totals = new(fields.Length);
        foreach (var field in fields)
            if (Parse($"{field.Name} {field.Value}") is { } state)
                totals.Add(state);
        return totals;
    }

    public async Task<long> ReadCursorAsync(CancellationToken cancellation) =>
        (long)await AskAsync(redis => redis.HashGetAsync(RedisKeys.Running, RedisKeys.CursorField), cancellation);

    public async Task<IReadOnlyDictionary<string, RunningCount>> ReadRunningAsync(IReadOnlyCollection<string> tools, CancellationToken cancellation)
    {
        var values = await AskAsync(redis => redis.HashGetAsync(RedisKeys.Running, [.. tools.Select(tool => (RedisValue)tool)]), cancellation);
        return tools.Zip(values).Where(pair => pair.Second.HasValue).ToDictionary(pair => pair.First, pair =>
        {
            var parts = Numbers(pair.Second!);
            return new RunningCount(parts[0], parts[1], parts[2], parts[3]);
        });
    }

    public async Task<bool> WriteHistoryAsync(HistoryPage page, CancellationToken cancellation)
    {
        List<RedisKey> keys = [RedisKeys.Running];
        List<RedisValue> arguments = [page.Expected, page.Next, page.Tools.Count];
        foreach (var (tool, running, _) in page.Tools)
            arguments.AddRange([tool, $"{running.Ship} {running.Skip} {running.Entries} {running.At}"]);
        foreach (var (tool, _, histories) in page.Tools)
            foreach (var (bucket, points) in histories)
            {
                keys.Add(RedisKeys.History(bucket, tool));
                arguments.AddRange([(long)(bucket.Kept()?.TotalSeconds ?? 0), points.Count]);
                foreach (var point in points)
                    arguments.AddRange([point.End, point.Ship, point.Skip]);
            }

        return (long)await AskAsync(redis => redis.ScriptEvaluateAsync(RedisScripts.WriteHistory, [.. keys], [.. arguments]), cancellation) == 1;
    }

    public async Task<IReadOnlyList<HistoryPoint>> ReadHistoryAsync(string tool, Bucket bucket, CancellationToken cancellation)
    {
        var members = await AskAsync(redis => redis.SortedSetRangeByRankAsync(RedisKeys.History(bucket, tool)), cancellation);
        return [.. members.Select(member => Numbers(member!)).Select(parts => new HistoryPoint(parts[0], parts[1], parts[2]))];
    }

    public async ValueTask DisposeAsync()
    {
        _subscribing.Dispose();
        if (_connection.IsValueCreated)
            await (await _connection.Value).DisposeAsync();
    }

    private async Task<IConnectionMultiplexer> ConnectAsync(ConfigurationOptions options)
    {
        var connection = await ConnectionMultiplexer.ConnectAsync(options);
        connection.ConnectionRestored += (_, restored) =>
        {
            LogRestored(restored.ConnectionType.ToString());
            Returned?.Invoke();
        };
        return connection;
    }

    // The client subscribes again by itself after every reconnect, but the first time has to succeed once.
    private async Task SubscribeAsync(CancellationToken cancellation)
    {
        if (_subscribed)
            return;
        await _subscribing.WaitAsync(cancellation);
        try
        {
            if (_subscribed)
                return;
            await AskAsync(
                async redis =>
                {
                    var (subscriber, moved) = (redis.Multiplexer.GetSubscriber(), RedisChannel.Literal(RedisKeys.Moved));
                    // An attempt that failed has left its handler with the client: each more beside it would hear every message once more from then on.
                    await subscriber.UnsubscribeAsync(moved, flags: CommandFlags.FireAndForget);
                    await subscriber.SubscribeAsync(moved, (_, message) => Hear(message));
                    return true;
                },
                cancellation);
            _subscribed = true;
        }
        finally
        {
            _subscribing.Release();
        }
    }

    private void Hear(RedisValue message)
    {
        List<ToolTotals> moved = [];
        var lines = ((string?)message ?? "").Split('\n');
        foreach (var line in lines)
            if (Parse(line) is { } state)
                moved.Add(state);
        using var span = TallyTrace.Source.Continue("hear counters", ActivityKind.Consumer, [TraceOf(lines[^1])]);
        Moved?.Invoke(moved);
    }

    private async Task<T> AskAsync<T>(Func<IDatabase, Task<T>> ask, CancellationToken cancellation)
    {
        try
        {
            var connection = await _connection.Value.WaitAsync(cancellation);
            return await ask(connection.GetDatabase()).WaitAsync(cancellation);
        }
        catch (Exception error) when (error is RedisException or TimeoutException or ObjectDisposedException)
        {
            throw new CountersAwayException(error);
        }
    }

    private static long Milliseconds(DateTimeOffset at) => at == default ? 0 : at.ToUnixTimeMilliseconds();

    private static long[] Numbers(string text) => [.. text.Split(' ').Select(part => long.Parse(part, CultureInfo.InvariantCulture))];

    private static ActivityContext TraceOf(string line) =>
        line.StartsWith("trace ", StringComparison.Ordinal) && ActivityContext.TryParse(line["trace ".Length..], traceState: null, isRemote: true, out var trace) ? trace : default;

    // Whatever else stands in Redis under our keys is not a counter; the next reconcile writes over it.
    private static ToolTotals? Parse(string line)
    {
        var parts = line.Split(' ');
        if (parts.Length != 5
            || !long.TryParse(parts[1], CultureInfo.InvariantCulture, out var version) || !long.TryParse(parts[2], CultureInfo.InvariantCulture, out var ship)
            || !long.TryParse(parts[3], CultureInfo.InvariantCulture, out var skip) || !long.TryParse(parts[4], CultureInfo.InvariantCulture, out var at))
            return null;
        var state = new ToolTotals(parts[0], ship, skip, version, at == 0 ? default : DateTimeOffset.FromUnixTimeMilliseconds(at));
        return Newer.IsSound(state) ? state : null;
    }

    [LoggerMessage(4040, LogLevel.Information, "Redis is back ({Connection} connection)")]
    private partial void LogRestored(string connection);
}
