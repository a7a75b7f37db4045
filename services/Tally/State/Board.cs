using System.Collections.Concurrent;
using Contracts;

namespace Tally.State;

/// <summary>
/// This replica's last known state of every tool; all reads, snapshots and pushes are served from here. So while the counters' store
/// is unavailable readers still get what is known, and no read costs a round trip. Reading takes no lock; the newest state wins, and the
/// ledger has the last word.
/// </summary>
internal sealed class Board(TimeProvider timeProvider)
{
    private readonly ConcurrentDictionary<string, Line> _lines = new();
    private readonly TaskCompletionSource _filled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _confirmed = timeProvider.GetTimestamp();
    private volatile bool _stale;
    private long _epoch;

    /// <summary>Raised after a tool's state moved on or was overruled, on the thread that brought it; handlers must be quick.</summary>
    public event Action<Line>? Moved;

    /// <summary>Raised when a message names an epoch later than the one the ledger last told this replica.</summary>
    public event Action? EpochAhead;

    /// <summary>Done once the known tools are known at all; before, "unknown tool" can't be said.</summary>
    public Task Filled => _filled.Task;

    /// <summary>The ledger's epoch as the ledger itself said it; 0 before.</summary>
    public long Epoch
    {
        get => Volatile.Read(ref _epoch);
        set => Volatile.Write(ref _epoch, value);
    }

    public int Count => _lines.Count;

    public IEnumerable<Standing> All => _lines.Select(line => line.Value.Newest);

    public Line? Find(string tool) => _lines.GetValueOrDefault(tool);

    /// <summary>
    /// What may be taken of what others than the ledger say. States of a later epoch wait until the ledger itself says that it has begun,
    /// which is asked at once: otherwise anyone who can
    /// publish a message could end the real one. States without an epoch come from a release before epochs, and count as of this one.
    /// </summary>
    public IReadOnlyList<ToolTotals> Admit(IReadOnlyCollection<ToolTotals> totals)
    {
        var epoch = Epoch;
        List<ToolTotals> admitted = new(totals.Count);
        foreach (var state in totals)
            if (state.Epoch == 0 && epoch != 0)
                admitted.Add(state with { Epoch = epoch });
            else if (state.Epoch <= epoch || epoch == 0)
                admitted.Add(state);
        if (admitted.Count < totals.Count)
            EpochAhead?.Invoke();
        return admitted;
    }

    /// <returns>How many tools' states changed.</returns>
    public int Apply(IEnumerable<ToolTotals> totals)
    {
        var changed = 0;
        foreach (var state in totals)
        {
            if (!_lines.TryGetValue(state.Tool, out var line))
            {
                var added = new Line(new Standing(state));
                line = _lines.GetOrAdd(state.Tool, added);
                if (line == added)
                {
                    changed++;
                    Moved?.Invoke(line);
                    continue;
                }
            }

            var before = line.Newest.Totals;
            if (!line.Take(state))
                continue;
            changed++;
            if (state.IsNewerThan(before))
                Moved?.Invoke(line);
        }

        return changed;
    }

    /// <summary>The ledger's word replaces what contradicts it, unless the tool has moved on since it was looked at.</summary>
    public void Overrule(Standing seen, ToolTotals ledger)
    {
        if (Find(ledger.Tool) is { } line && line.Overrule(seen, ledger))
            Moved?.Invoke(line);
    }

    public void MarkFilled() => _filled.TrySetResult();

    /// <summary>The board agrees with the counters, or (while those are unavailable) at least with the ledger.</summary>
    public void Confirm(bool countersAway)
    {
        Volatile.Write(ref _confirmed, timeProvider.GetTimestamp());
        _stale = countersAway;
    }

    public void MarkStale() => _stale = true;

    public bool IsStale => _stale;

    /// <summary>How long ago the board was last known to be right; null while it is kept right continuously.</summary>
    public TimeSpan? Age => _stale ? timeProvider.GetElapsedTime(Volatile.Read(ref _confirmed)) : null;

    /// <summary>One tool's place on the board.</summary>
    internal sealed class Line(Standing first)
    {
        private Standing _newest = first;

        public Standing Newest => Volatile.Read(ref _newest);

        public bool Take(ToolTotals state)
        {
            while (true)
            {
                var kept = Newest;
                if (!TotalsOrder.IsNewer(kept.Totals, state))
                    return false;
                if (Interlocked.CompareExchange(ref _newest, new Standing(state, kept.Overrulings), kept) == kept)
                    return true;
            }
        }

        public bool Overrule(Standing seen, ToolTotals ledger) =>
            Interlocked.CompareExchange(ref _newest, new Standing(ledger, seen.Overrulings + 1), seen) == seen;
    }
}
