using Contracts;
using Tally.State;

namespace Tally.Counters;

/// <summary>
/// Counters of one process, for the composed system without Redis. Gone at exit, and rebuilt from the ledger at start.
/// </summary>
internal sealed class MemoryCounters : ICounters
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ToolTotals> _counters = [];
    private readonly MemoryHistory _history = new();
    private long _epoch;

    public event Action<IReadOnlyList<ToolTotals>>? Moved;

    // Memory is never away, so it never returns either.
    public event Action? Returned
    {
        add { }
        remove { }
    }

    public Task<int> TakeAsync(IReadOnlyCollection<ToolTotals> totals, CancellationToken cancellationToken)
    {
        List<ToolTotals> moved = [];
        lock (_gate)
        {
            foreach (var state in totals)
            {
                if (state.Epoch < _epoch)
                    continue;
                Enter(state.Epoch);
                if (!TotalsOrder.IsNewer(_counters.GetValueOrDefault(state.Tool), state))
                    continue;
                _counters[state.Tool] = state;
                moved.Add(state);
            }
        }

        if (moved.Count > 0)
            Moved?.Invoke(moved);
        return Task.FromResult(moved.Count);
    }

    public Task OverruleAsync(long epoch, IReadOnlyCollection<ToolTotals> totals, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            Enter(epoch);
            foreach (var state in totals)
                _counters[state.Tool] = state;
        }

        return Task.CompletedTask;
    }

    public Task<KeptCounters> ReadAllAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
            return Task.FromResult(new KeptCounters(_epoch, [.. _counters.Values]));
    }

    public Task<KeptHistory> ReadRunningAsync(IReadOnlyCollection<string> tools, CancellationToken cancellationToken) =>
        Task.FromResult(_history.Running(tools));

    public Task<bool> WriteHistoryAsync(HistoryPage page, CancellationToken cancellationToken) => Task.FromResult(_history.Write(page));

    public Task ResetHistoryAsync(long epoch, IReadOnlyCollection<string> tools, CancellationToken cancellationToken)
    {
        _history.Reset(epoch);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<HistoryPoint>> ReadHistoryAsync(string tool, Bucket bucket, CancellationToken cancellationToken) =>
        Task.FromResult(_history.Read(tool, bucket));

    private void Enter(long epoch)
    {
        if (epoch == _epoch)
            return;
        _counters.Clear();
        _epoch = epoch;
    }
}
