using Contracts;
using Tally.State;

namespace Tally.Counters;

/// <summary>
/// Every key in Redis. All share the hash tag <c>{tally}</c>, so that a script may touch several of them in a Redis Cluster; one slot is
/// enough, since what is kept grows with the known tools and not with votes. Tools are slugs, so no name can break the grammar:
/// <code>
/// {tally}:counters                hash    tool → "version ship skip at"     at: milliseconds since 1970, 0 unknown
///                                         tool:apart → "held void networks" networks is left out when unknown
///                                         :epoch → the ledger's
/// {tally}:running                 hash    tool → "ship skip entries at", :cursor → last ledger entry counted, :epoch → the ledger's
/// {tally}:history:BUCKET:TOOL     zset    "end ship skip" by end            BUCKET: minute, hour, day; end: seconds since 1970
/// {tally}:moved                   channel lines "tool version ship skip at", "tool:apart held void networks" and "epoch N" of a write
/// </code>
/// The epoch stands once for all counters and not in each, since it is the ledger's: that one step ends the old ones, and a replica of a
/// release before epochs keeps reading and writing alongside this one. What stands apart from ship and skip has a field of its own for the
/// same reason. The cursor lives in the same hash as the counts it belongs to: if Redis ever evicts one, both are gone and are counted
/// again.
/// </summary>
internal static class RedisKeys
{
    private const string Tag = CounterKeys.Tag;
    public const string Counters = CounterKeys.Counters;
    public const string Running = CounterKeys.Running;
    public const string CursorField = CounterKeys.CursorField;
    public const string EpochField = CounterKeys.EpochField;
    public const string Apart = ":apart";
    public const string Moved = Tag + ":moved";

    public static string History(Bucket bucket, string tool) =>
        bucket switch
        {
            Bucket.Minute => Tag + ":history:minute:" + tool,
            Bucket.Hour => Tag + ":history:hour:" + tool,
            Bucket.Day => Tag + ":history:day:" + tool,
        };
}
