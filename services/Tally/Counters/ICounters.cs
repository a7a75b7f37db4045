using Contracts;

namespace Tally;

/// <summary>
/// Where the counters and their history are kept: in this process (<see cref="MemoryCounters"/>) or in Redis, shared by all replicas
/// (<see cref="RedisCounters"/>). A tool is known when it has a counter; without votes that is zeros at version 0.
/// </summary>
internal interface ICounters
{
    /// <summary>Told of every state that a write moved, on whichever replica, soon after; what is lost on the way the next reconcile brings.</summary>
    event Action<IReadOnlyList<ToolTotals>>? Moved;

    /// <summary>Raised when the store is back after it was away: messages were lost, so reconcile now.</summary>
    event Action? Returned;

    /// <summary>
    /// Takes each state only if its version is newer than what is kept (or the same with a time that was unknown): a state that comes
    /// twice, late or out of order changes nothing.
    /// </summary>
    /// <returns>How many were taken.</returns>
    /// <exception cref="CountersAwayException">The store can't be reached; nothing or a part was taken, and repeating is safe.</exception>
    Task<int> TakeAsync(IReadOnlyCollection<ToolTotals> totals, CancellationToken cancellation);

    /// <exception cref="CountersAwayException">The store can't be reached.</exception>
    Task<IReadOnlyList<ToolTotals>> ReadAllAsync(CancellationToken cancellation);

    /// <summary>The ledger entry through which history is written; 0 when there is none.</summary>
    Task<long> ReadCursorAsync(CancellationToken cancellation);

    /// <summary>Each tool's counts at the cursor; a tool without entries so far is left out.</summary>
    Task<IReadOnlyDictionary<string, RunningCount>> ReadRunningAsync(IReadOnlyCollection<string> tools, CancellationToken cancellation);

    /// <summary>Writes a page's outcome and moves the cursor in one step, if the cursor still stands where the page began.</summary>
    /// <returns>False when another replica was first; nothing is written then.</returns>
    Task<bool> WriteHistoryAsync(HistoryPage page, CancellationToken cancellation);

    /// <summary>The kept points of one tool, oldest first.</summary>
    Task<IReadOnlyList<HistoryPoint>> ReadHistoryAsync(string tool, Bucket bucket, CancellationToken cancellation);
}

/// <summary>The counters' store can't be reached or doesn't answer.</summary>
internal sealed class CountersAwayException(Exception cause) : Exception($"The counters are away ({cause.GetType().Name}).", cause);
