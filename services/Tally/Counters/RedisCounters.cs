using System.Diagnostics;
using System.Globalization;
using Contracts;
using Hosting.Observability;
using StackExchange.Redis;
using Tally.State;

namespace Tally.Counters;

/// <summary>
/// Counters shared by all replicas. Redis holds nothing that can't be rebuilt from the ledger, so it needs no durability.
/// </summary>
internal sealed partial class RedisCounters : ICounters, IAsyncDisposable
{
    // A script is one step for every other client too; this many tools take well under a millisecond.
    private const int ToolsPerCall = 500;
    private const string EpochLine = "epoch";
    private static readonly long MostMilliseconds = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();
    private readonly Lazy<Task<IConnectionMultiplexer>> _connection;
    private readonly SemaphoreSlim _subscribing = new(1, 1);
    private readonly TallyMetrics _metrics;
    private readonly ILogger<RedisCounters> _logger;
    private volatile bool _subscribed;

    public RedisCounters(ConfigurationOptions options, TallyMetrics metrics, ILogger<RedisCounters> logger)
    {
        (_metrics, _logger) = (metrics, logger);
        _connection = new Lazy<Task<IConnectionMultiplexer>>(() => ConnectAsync(options));
    }

    public event Action<IReadOnlyList<ToolTotals>>? Moved;

    public event Action? Returned;

    public async Task<int> TakeAsync(IReadOnlyCollection<ToolTotals> totals, CancellationToken cancellationToken)
    {
        using var span = TallyTrace.Source.Within("write counters", ActivityKind.Client);
        var trace = span?.Id ?? "";
        var taken = 0;
        foreach (var ofEpoch in totals.GroupBy(state => state.Epoch))
            foreach (var some in ofEpoch.Chunk(ToolsPerCall))
                taken += (int)await EvaluateAsync(RedisScripts.Take, [RedisKeys.Moved, trace, ofEpoch.Key], some, cancellationToken);

        span?.SetTag("tally.told", totals.Count).SetTag("tally.taken", taken);
        return taken;
    }

    public async Task OverruleAsync(long epoch, IReadOnlyCollection<ToolTotals> totals, CancellationToken cancellationToken)
    {
        foreach (var some in totals.Chunk(ToolsPerCall))
            await EvaluateAsync(RedisScripts.Overrule, [epoch], some, cancellationToken);
    }

    public async Task<KeptCounters> ReadAllAsync(CancellationToken cancellationToken)
    {
        await SubscribeAsync(cancellationToken);
        var fields = await AskAsync(redis => redis.HashGetAllAsync(RedisKeys.Counters), cancellationToken);
        Dictionary<string, RedisValue> kept = [];
        // Names that are no text may read alike.
        foreach (var field in fields)
            kept[(string)field.Name!] = field.Value;
        var epoch = NumberOr(kept.GetValueOrDefault(RedisKeys.EpochField), 0);
        return new KeptCounters(epoch, [.. Parse(kept, epoch)]);
    }

    public async Task<KeptHistory> ReadRunningAsync(IReadOnlyCollection<string> tools, CancellationToken cancellationToken)
    {
        RedisValue[] fields = [RedisKeys.EpochField, RedisKeys.CursorField, .. tools.Select(tool => (RedisValue)tool)];
        var values = await AskAsync(redis => redis.HashGetAsync(RedisKeys.Running, fields), cancellationToken);
        var running = tools
            .Zip(values.Skip(2))
            .Where(pair => pair.Second.HasValue)
            .ToDictionary(
                pair => pair.First,
                pair =>
                    Numbers(pair.Second) is [var ship, var skip, var entries, var at]
                        ? new RunningCount(ship, skip, entries, at)
                        : RunningCount.Nonsense
            );
        return new KeptHistory(NumberOr(values[0], 0), NumberOr(values[1], 0), running);
    }

    public async Task<bool> WriteHistoryAsync(HistoryPage page, CancellationToken cancellationToken)
    {
        List<RedisKey> keys = [RedisKeys.Running];
        List<RedisValue> arguments = [page.Epoch, page.Expected, page.Next, page.Tools.Count];
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

        return (long)
                await AskAsync(
                    redis => redis.ScriptEvaluateAsync(RedisScripts.WriteHistory, [.. keys], [.. arguments]),
                    cancellationToken,
                    [.. keys.Skip(1)]
                ) == 1;
    }

    public async Task ResetHistoryAsync(long epoch, IReadOnlyCollection<string> tools, CancellationToken cancellationToken)
    {
        var counted = await AskAsync(redis => redis.HashKeysAsync(RedisKeys.Running), cancellationToken);
        var all = counted.Select(field => (string)field!).Where(tool => Slug.IsValid(tool)).Union(tools);
        RedisKey[] keys =
        [
            RedisKeys.Running,
            .. all.SelectMany(tool => Buckets.All.Select(bucket => (RedisKey)RedisKeys.History(bucket, tool))),
        ];
        await AskAsync(redis => redis.ScriptEvaluateAsync(RedisScripts.ResetHistory, keys, [epoch]), cancellationToken);
    }

    public async Task<IReadOnlyList<HistoryPoint>> ReadHistoryAsync(string tool, Bucket bucket, CancellationToken cancellationToken)
    {
        RedisKey history = RedisKeys.History(bucket, tool);
        var members = await AskAsync(redis => redis.SortedSetRangeByRankAsync(history), cancellationToken, history);
        return
        [
            .. members
                .Select(Numbers)
                .Where(parts => parts is { Length: 3 })
                .Select(parts => new HistoryPoint(parts![0], parts[1], parts[2])),
        ];
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
    private async Task SubscribeAsync(CancellationToken cancellationToken)
    {
        if (_subscribed)
            return;
        await _subscribing.WaitAsync(cancellationToken);
        try
        {
            if (_subscribed)
                return;
            await AskAsync(
                async redis =>
                {
                    var (subscriber, moved) = (redis.Multiplexer.GetSubscriber(), RedisChannel.Literal(RedisKeys.Moved));
                    // An attempt that failed has left its handler with the client: each more beside it would hear every message once more
                    // from then on.
                    await subscriber.UnsubscribeAsync(moved, flags: CommandFlags.FireAndForget);
                    await subscriber.SubscribeAsync(moved, (_, message) => Hear(message));
                    return true;
                },
                cancellationToken
            );
            _subscribed = true;
        }
        finally
        {
            _subscribing.Release();
        }
    }

    private void Hear(RedisValue message)
    {
        var lines = ((string?)message ?? "").Split('\n');
        Dictionary<string, RedisValue> told = [];
        var epoch = 0L;
        foreach (var line in lines)
            if (line.Split(' ', 2) is [var name, var value])
                // A tool may bear that name too, and has more numbers.
                if (name == EpochLine && Numbers(value) is [var number])
                    epoch = number;
                else
                    told.TryAdd(name, value);
        List<ToolTotals> moved = [.. Parse(told, epoch).Where(TotalsOrder.IsSound)];
        using var span = TallyTrace.Source.Continue("hear counters", ActivityKind.Consumer, [TraceOf(lines[^1])]);
        Moved?.Invoke(moved);
    }

    private Task<RedisResult> EvaluateAsync(
        string script,
        RedisValue[] first,
        IEnumerable<ToolTotals> totals,
        CancellationToken cancellationToken
    )
    {
        List<RedisValue> arguments = [.. first];
        foreach (var state in totals)
            arguments.AddRange([state.Tool, state.Version, state.Ship, state.Skip, Milliseconds(state.At), Apart(state)]);
        return AskAsync(redis => redis.ScriptEvaluateAsync(script, [RedisKeys.Counters], [.. arguments]), cancellationToken);
    }

    private async Task<T> AskAsync<T>(Func<IDatabase, Task<T>> ask, CancellationToken cancellationToken, params RedisKey[] histories)
    {
        try
        {
            var redis = (await _connection.Value.WaitAsync(cancellationToken)).GetDatabase();
            try
            {
                return await ask(redis).WaitAsync(cancellationToken);
            }
            catch (RedisServerException error) when (error.Message.Contains("WRONGTYPE", StringComparison.Ordinal))
            {
                await RemoveForeignAsync(redis, histories, cancellationToken);
                return await ask(redis).WaitAsync(cancellationToken);
            }
        }
        catch (Exception error) when (error is RedisException or TimeoutException or ObjectDisposedException)
        {
            throw new CountersUnavailableException(error);
        }
    }

    // A key that someone else gave another type would fail every tool's reads and writes forever. Removed, it is rebuilt from the ledger.
    private async Task RemoveForeignAsync(IDatabase redis, RedisKey[] histories, CancellationToken cancellationToken)
    {
        var removed = (long)
            await redis
                .ScriptEvaluateAsync(RedisScripts.RemoveForeign, [RedisKeys.Counters, RedisKeys.Running, .. histories])
                .WaitAsync(cancellationToken);
        if (removed == 0)
            return;
        _metrics.Overruled((int)removed);
        LogForeign(removed);
    }

    private static string Apart(ToolTotals state) =>
        state.Networks is { } networks ? $"{state.Held} {state.Void} {networks}" : $"{state.Held} {state.Void}";

    private static long Milliseconds(DateTimeOffset at) => at == default ? 0 : at.ToUnixTimeMilliseconds();

    // What is no number was not written by us. Beyond every ledger, it is found to contradict it.
    private static long NumberOr(RedisValue value, long missing) =>
        value.IsNull ? missing
        : Numbers(value) is [var number] ? number
        : long.MaxValue;

    private static long[]? Numbers(RedisValue value)
    {
        var parts = ((string?)value ?? "").Split(' ');
        var numbers = new long[parts.Length];
        for (var place = 0; place < parts.Length; place++)
            if (!long.TryParse(parts[place], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[place]))
                return null;
        return numbers;
    }

    private static ActivityContext TraceOf(string line) =>
        line.StartsWith("trace ", StringComparison.Ordinal)
        && ActivityContext.TryParse(line["trace ".Length..], traceState: null, isRemote: true, out var trace)
            ? trace
            : default;

    // Whatever else stands in Redis under our keys is not a counter; the next reconcile writes over it.
    private static IEnumerable<ToolTotals> Parse(Dictionary<string, RedisValue> said, long epoch)
    {
        foreach (var (tool, state) in said)
            if (Slug.IsValid(tool) && Numbers(state) is [var version, var ship, var skip, var at])
                yield return Complete(
                    new ToolTotals(
                        tool,
                        ship,
                        skip,
                        version,
                        at == 0 || at > MostMilliseconds ? default : DateTimeOffset.FromUnixTimeMilliseconds(at),
                        epoch
                    ),
                    said.GetValueOrDefault(tool + RedisKeys.Apart)
                );
    }

    private static ToolTotals Complete(ToolTotals state, RedisValue apart) =>
        apart.IsNull
            ? state
            : Numbers(apart) switch
            {
                [var held, var isVoid] => state with { Held = held, Void = isVoid },
                [var held, var isVoid, var networks] => state with { Held = held, Void = isVoid, Networks = networks },
                // Beyond every ledger, it is found to contradict it.
                _ => state with { Held = long.MaxValue },
            };

    [LoggerMessage(4040, LogLevel.Information, "Redis is back ({Connection} connection)")]
    private partial void LogRestored(string connection);

    [LoggerMessage(
        4041,
        LogLevel.Error,
        "Removed {Keys} of Tally's keys in Redis, whose type Tally never writes; rebuilding them from the ledger"
    )]
    private partial void LogForeign(long keys);
}
