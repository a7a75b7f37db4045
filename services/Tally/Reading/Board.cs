using System.Collections.Concurrent;
using Contracts;

namespace Tally;

/// <summary>
/// This replica's last known state of every tool; all reads, snapshots and pushes are served from here. So while the counters' store
/// is away readers still get what is known, and no read costs a round trip. Reading takes no lock; the newest version wins.
/// </summary>
internal sealed class Board(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, Line> _lines = new();
    private readonly TaskCompletionSource _filled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _confirmed = time.GetTimestamp();
    private volatile bool _stale;

    /// <summary>Raised after a tool's version rose, on the thread that brought it; handlers must be quick.</summary>
    public event Action<Line>? Moved;

    /// <summary>Done once the known tools are known at all; before, "unknown tool" can't be said.</summary>
    public Task Filled => _filled.Task;

    public int Count => _lines.Count;

    public IEnumerable<Standing> All => _lines.Select(line => line.Value.Newest);

    public Line? Find(string tool) => _lines.GetValueOrDefault(tool);

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

            var before = line.Newest.Version;
            if (!line.Take(state))
                continue;
            changed++;
            if (state.Version > before)
                Moved?.Invoke(line);
        }

        return changed;
    }

    public void MarkFilled() => _filled.TrySetResult();

    /// <summary>The board agrees with the counters, or (while those are away) at least with the ledger.</summary>
    public void Confirm(bool countersAway)
    {
        Volatile.Write(ref _confirmed, time.GetTimestamp());
        _stale = countersAway;
    }

    public void MarkStale() => _stale = true;

    public bool IsStale => _stale;

    /// <summary>How long ago the board was last known to be right; null while it is kept right continuously.</summary>
    public TimeSpan? Age => _stale ? time.GetElapsedTime(Volatile.Read(ref _confirmed)) : null;

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
                if (!Newer.Than(kept.Totals, state))
                    return false;
                if (Interlocked.CompareExchange(ref _newest, new Standing(state), kept) == kept)
                    return true;
            }
        }
    }
}
