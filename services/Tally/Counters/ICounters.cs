using Contracts;
using Tally.State;

namespace Tally.Counters;

/// <summary>
/// Where the counters and their history are kept: in this process (<see cref="MemoryCounters"/>) or in Redis, shared by all replicas
/// (<see cref="RedisCounters"/>). A tool is known when it has a counter; without votes that is zeros at version 0. All of it belongs to one
/// epoch
/// of the ledger: the first state of a newer one empties the counters.
/// </summary>
internal interface ICounters
{
    /// <summary>
    /// Told of every state that a write moved, on whichever replica, soon after; what is lost on the way the next reconcile brings.
    /// </summary>
    event Action<IReadOnlyList<ToolTotals>>? Moved;

    /// <summary>Raised when the store is back after it was unavailable: messages were lost, so reconcile now.</summary>
    event Action? Returned;

    /// <summary>
    /// Takes each state only if its epoch or version is newer than what is kept (or the same with a time that was unknown): a state that
    /// comes
    /// twice, late or out of order changes nothing.
    /// </summary>
    /// <returns>How many were taken.</returns>
    /// <exception cref="CountersUnavailableException">The store can't be reached; nothing or a part was taken, and repeating is
    /// safe.</exception>
    Task<int> TakeAsync(IReadOnlyCollection<ToolTotals> totals, CancellationToken cancellationToken);

    /// <summary>Writes these states whatever is kept of their tools; what is kept under another epoch goes. For the ledger's own word
    /// alone.</summary>
    /// <param name="epoch">The ledger's; all states are of it.</param>
    /// <exception cref="CountersUnavailableException">The store can't be reached; repeating is safe.</exception>
    Task OverruleAsync(long epoch, IReadOnlyCollection<ToolTotals> totals, CancellationToken cancellationToken);

    /// <summary>All that is kept. A store that others can write to may hold states that no ledger could have.</summary>
    /// <exception cref="CountersUnavailableException">The store can't be reached.</exception>
    Task<KeptCounters> ReadAllAsync(CancellationToken cancellationToken);

    /// <summary>How far the history is, and each tool's counts there; a tool without entries so far is left out.</summary>
    Task<KeptHistory> ReadRunningAsync(IReadOnlyCollection<string> tools, CancellationToken cancellationToken);

    /// <summary>Writes a page's outcome and moves the cursor in one step, if the cursor still stands where the page began, in the page's
    /// epoch.</summary>
    /// <returns>False when another replica was first; nothing is written then.</returns>
    Task<bool> WriteHistoryAsync(HistoryPage page, CancellationToken cancellationToken);

    /// <summary>Forgets the history of these tools and of those it has counted, and stands at the beginning of the epoch.</summary>
    Task ResetHistoryAsync(long epoch, IReadOnlyCollection<string> tools, CancellationToken cancellationToken);

    /// <summary>The kept points of one tool, oldest first.</summary>
    Task<IReadOnlyList<HistoryPoint>> ReadHistoryAsync(string tool, Bucket bucket, CancellationToken cancellationToken);
}

/// <param name="Epoch">Whose all of it is; 0 when unknown.</param>
internal sealed record KeptCounters(long Epoch, IReadOnlyList<ToolTotals> Totals);

/// <summary>The counters' store can't be reached or doesn't answer.</summary>
internal sealed class CountersUnavailableException(Exception cause)
    : Exception($"The counters are unavailable ({cause.GetType().Name}).", cause);
