namespace Tally.State;

/// <summary>A tool's counts at a bucket's end.</summary>
/// <param name="End">The bucket's end, in seconds since 1970.</param>
internal readonly record struct HistoryPoint(long End, long Ship, long Skip);

/// <summary>A tool's counts after the entries read so far.</summary>
/// <param name="Entries">How many entries that were: the version that the totals had then.</param>
/// <param name="At">The time of the last of them, milliseconds since 1970; never falls, even if clocks disagree.</param>
internal readonly record struct RunningCount(long Ship, long Skip, long Entries, long At)
{
    /// <summary>What is kept is no count. No ledger has as many entries, so it is found to contradict it.</summary>
    public static RunningCount Nonsense { get; } = new(0, 0, long.MaxValue, 0);
}

/// <summary>How far the history is.</summary>
/// <param name="Epoch">Whose ledger it has counted; 0 when unknown.</param>
/// <param name="Cursor">The last entry counted; 0 when there is none.</param>
internal sealed record KeptHistory(long Epoch, long Cursor, IReadOnlyDictionary<string, RunningCount> Running);

/// <summary>What one page of the ledger makes of the history.</summary>
/// <param name="Epoch">Whose ledger the page is of; 0 when that is unknown.</param>
/// <param name="Expected">The cursor the page was read from.</param>
/// <param name="Next">The cursor after it.</param>
internal sealed record HistoryPage(long Epoch, long Expected, long Next, IReadOnlyCollection<ToolPage> Tools);

/// <summary>What the page makes of one tool: its counts afterwards, and a point for each bucket in which it changed.</summary>
internal sealed record ToolPage(string Tool, RunningCount Running, IReadOnlyDictionary<Bucket, IReadOnlyList<HistoryPoint>> Points);
