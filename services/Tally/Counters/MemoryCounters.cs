using System.Collections.Concurrent;
using Contracts;

namespace Tally;

/// <summary>Counters of one process, for the composed system without Redis. Gone at exit, and made again from the ledger at start.</summary>
internal sealed class MemoryCounters : ICounters
{
    private readonly ConcurrentDictionary<string, ToolTotals> _counters = new();
    private readonly MemoryHistory _history = new();

    public event Action<IReadOnlyList<ToolTotals>>? Moved;

    // Memory is never away, so it never returns either.
    public event Action? Returned { add { } remove { } }

    public Task<int> TakeAsync(IReadOnlyCollection<ToolTotals> totals, CancellationToken cancellation)
    {
        List<ToolTotals> moved = [];
        foreach (var state in totals)
            if (Take(state))
                moved.Add(state);
        if (moved.Count > 0)
            Moved?.Invoke(moved);
        return Task.FromResult(moved.Count);
    }

    public Task<IReadOnlyList<ToolTotals>> ReadAllAsync(CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<ToolTotals>>([.. _counters.Values]);

    public Task<long> ReadCursorAsync(CancellationToken cancellation) => Task.FromResult(_history.Cursor);

    public Task<IReadOnlyDictionary<string, RunningCount>> ReadRunningAsync(IReadOnlyCollection<string> tools, CancellationToken cancellation) =>
        Task.FromResult(_history.Running(tools));

    public Task<bool> WriteHistoryAsync(HistoryPage page, CancellationToken cancellation) => Task.FromResult(_history.Write(page));

    public Task<IReadOnlyList<HistoryPoint>> ReadHistoryAsync(string tool, Bucket bucket, CancellationToken cancellation) =>
        Task.FromResult(_history.Read(tool, bucket));

    private bool Take(ToolTotals state)
    {
        while (true)
        {
            if (!_counters.TryGetValue(state.Tool, out var kept))
            {
                if (_counters.TryAdd(state.Tool, state))
                    return true;
            }
            else if (!Newer.Than(kept, state))
                return false;
            else if (_counters.TryUpdate(state.Tool, state, kept))
                return true;
        }
    }
}
