namespace Contracts;

/// <summary>
/// Where in Redis the counters are, for Tally, which owns them, and for the operator's tool, which empties them and looks whether they are
/// back. What the rest of Tally's keys mean is said beside Tally's code.
/// </summary>
public static class CounterKeys
{
    /// <summary>A hash tag, so that one script may touch several keys in a Redis Cluster; every key of Tally begins with it.</summary>
    public const string Tag = "{tally}";

    /// <summary>Hash: tool → <c>version ship skip at</c>, with <c>at</c> in milliseconds since 1970, 0 for unknown; what
    /// belongs to it besides, under <c>tool:apart</c>; and <see cref="EpochField"/>.</summary>
    public const string Counters = Tag + ":counters";

    /// <summary>Hash: tool → what the history has counted of it, and <see cref="CursorField"/> and <see cref="EpochField"/>.</summary>
    public const string Running = Tag + ":running";

    /// <summary>The id of the last ledger entry that the history has counted.</summary>
    public const string CursorField = ":cursor";

    /// <summary>In both hashes: the epoch of the ledger that all of it belongs to. Missing from what a release before epochs has
    /// written.</summary>
    public const string EpochField = ":epoch";
}
