using System.Globalization;
using Contracts;
using Operator.Recounting;
using StackExchange.Redis;

namespace Operator.Rebuilding;

/// <summary>What Tally keeps in Redis, seen from outside.</summary>
internal sealed class Counters(IDatabase redis)
{
    /// <returns>How many of the totals have no counter of that version or a later one yet.</returns>
    public async Task<int> MissingAsync(IReadOnlyCollection<Claim> totals)
    {
        var kept = (await redis.HashGetAllAsync(CounterKeys.Counters)).ToDictionary(
            entry => (string)entry.Name!,
            entry => (string)entry.Value!
        );
        return totals.Count(total => !kept.TryGetValue(total.Tool, out var state) || VersionOf(state) < total.Version);
    }

    /// <returns>The last ledger entry the history has counted; ids are consecutive, so this is their number.</returns>
    public async Task<long> HistoryAsync() => (long?)await redis.HashGetAsync(CounterKeys.Running, CounterKeys.CursorField) ?? 0;

    public static async Task<long> CountAsync(ConnectionMultiplexer redis, CancellationToken cancellationToken)
    {
        var count = 0L;
        await foreach (var _ in KeysAsync(redis).WithCancellation(cancellationToken))
            count++;
        return count;
    }

    /// <summary>Deletes every key of Tally and no other. Counter hash last: as long as it stands Tally need not hurry.</summary>
    /// <returns>How many there were.</returns>
    public static async Task<long> DeleteAsync(ConnectionMultiplexer redis, CancellationToken cancellationToken)
    {
        var keys = new List<RedisKey>();
        await foreach (var key in KeysAsync(redis).WithCancellation(cancellationToken))
            keys.Add(key);
        var deleted = 0L;
        foreach (var some in keys.OrderBy(key => key == CounterKeys.Counters).Chunk(500))
            deleted += await redis.GetDatabase().KeyDeleteAsync(some);
        return deleted;
    }

    private static async IAsyncEnumerable<RedisKey> KeysAsync(ConnectionMultiplexer redis)
    {
        // In a cluster each primary has its share of the slots; all of Tally's keys are in one, and asking them all finds it.
        foreach (var server in redis.GetServers().Where(server => server is { IsConnected: true, IsReplica: false }))
            await foreach (var key in server.KeysAsync(pattern: CounterKeys.Tag + ":*", pageSize: 500))
                yield return key;
    }

    private static long VersionOf(string state) =>
        long.TryParse(
            state.AsSpan(0, Math.Max(0, state.IndexOf(' ', StringComparison.Ordinal))),
            CultureInfo.InvariantCulture,
            out var version
        )
            ? version
            : -1;
}
