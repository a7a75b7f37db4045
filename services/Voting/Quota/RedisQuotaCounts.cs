using System.Net;
using System.Security.Cryptography;
using StackExchange.Redis;

namespace Voting.Quota;

/// <summary>
/// Counts for all replicas together. Sets rather than counters: a voter raced or tried again is counted once, and a set never holds more
/// members than its bound. The keys, all of them expiring:
/// <code>
/// quota:salt:DAY                        string  32 random bytes of that day (days since 1970), for 48 h
/// quota:{NETWORK}:DAY                   set     today's new voters of a network, by keyed hash
/// quota:{NETWORK}:ADDRESS:HOUR          set     this hour's new voters of an address (hours since 1970)
/// </code>
/// The network is the hash tag: the two sets of one decision are in one slot of a cluster, while networks spread over all slots.
/// </summary>
internal sealed class RedisQuotaCounts(IConnectionMultiplexer redis, QuotaSettings settings) : IQuotaCounts
{
    // KEYS: day, hour. ARGV: voter, most a day, most an hour. Answers 0 admitted, 1 address full, 2 network full.
    private const string Admit = """
        if redis.call('SISMEMBER', KEYS[1], ARGV[1]) == 1 then return 0 end
        if redis.call('SCARD', KEYS[2]) >= tonumber(ARGV[3]) then return 1 end
        if redis.call('SCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 2 end
        redis.call('SADD', KEYS[1], ARGV[1])
        redis.call('EXPIRE', KEYS[1], 90000)
        redis.call('SADD', KEYS[2], ARGV[1])
        redis.call('EXPIRE', KEYS[2], 7200)
        return 0
        """;

    private static readonly TimeSpan SaltLife = TimeSpan.FromHours(48);
    private volatile Salt? _salt;

    private sealed record Salt(long Day, byte[] Bytes);

    public async ValueTask<Bound> AdmitAsync(IPAddress? from, Guid voter, DateTimeOffset now)
    {
        try
        {
            var (hour, day) = QuotaWindows.Of(now);
            var salt = _salt is { } known && known.Day == day ? known : _salt = new Salt(day, await SaltAsync(day));
            var place = ClientNetwork.Of(salt.Bytes, from);
            return (Bound)
                (int)
                    await redis
                        .GetDatabase()
                        .ScriptEvaluateAsync(
                            Admit,
                            [$"quota:{{{place.Network}}}:{day}", $"quota:{{{place.Network}}}:{place.Address}:{hour}"],
                            [ClientNetwork.VoterOf(salt.Bytes, voter), settings.PerNetworkDaily, settings.PerAddressHourly]
                        );
        }
        catch (Exception away) when (away is RedisException or TimeoutException)
        {
            // An emptied Redis has lost the salt too; the next call asks for a new one.
            _salt = null;
            throw new QuotaCountsUnavailableException(away);
        }
    }

    public void Forget(DateTimeOffset now)
    {
        if (_salt is { } known && known.Day != QuotaWindows.Of(now).Day)
            _salt = null;
    }

    public long? SaltOf => _salt?.Day;

    private async Task<byte[]> SaltAsync(long day)
    {
        RedisKey key = $"quota:salt:{day}";
        var database = redis.GetDatabase();
        // Of replicas that begin the day together one wins, and all use its salt.
        await database.StringSetAsync(key, RandomNumberGenerator.GetBytes(32), SaltLife, When.NotExists);
        return (byte[]?)await database.StringGetAsync(key) ?? throw new RedisException("The day's salt was lost at once.");
    }
}
