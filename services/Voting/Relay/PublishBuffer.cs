using System.Diagnostics;
using Contracts;
using Hosting;
using Hosting.Observability;

namespace Voting.Relay;

/// <summary>
/// What waits to be published: the newest totals of each tool that moved. A message costs what it costs, however many totals it carries, so
/// the tools that move all the time are gathered; a tool that had rested goes at once, whatever else is going on. (Resting after each
/// message, twice as long as it took, had made each vote wait for the rest.)
/// </summary>
internal sealed class PublishBuffer
{
    // Readers are told of a tool ten times a second at most: what they are told then is no older than this.
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(25);

    // A tool published no longer ago than this, or up to twice this, moves all the time.
    private static readonly TimeSpan Recently = TimeSpan.FromMilliseconds(50);

    private readonly Dictionary<string, ToolTotals> _waiting = [];

    // The traces of the batches whose totals wait. What a crash left and the sweep finds has none: storing them would cost every batch a
    // column in each row, to follow a vote through the one event that the log tells better. Their publish begins a trace of its own,
    // MassTransit's.
    private readonly List<ActivityContext> _traces = [];
    private readonly Signal _any = new();
    private readonly Signal _rested = new();

    // Published in this stretch of time, and in the one before. When each tool last was would have to be kept for all of them.
    private HashSet<string> _now = [],
        _before = [];
    private long _since;

    /// <summary>Never blocks.</summary>
    public void Add(IReadOnlyList<ToolTotals> totals, IReadOnlyList<ActivityContext> traces)
    {
        if (totals.Count == 0)
            return;
        lock (_waiting)
        {
            Turn();
            _waiting.KeepNewest(totals);
            _traces.AddRange(traces.Take(Traces.Most - _traces.Count));
            _any.Set();
            if (!_rested.IsSet && totals.Any(total => !_now.Contains(total.Tool) && !_before.Contains(total.Tool)))
                _rested.Set();
        }
    }

    /// <summary>Until something waits.</summary>
    public Task AnyAsync(CancellationToken cancellationToken) => _any.WaitAsync(cancellationToken);

    /// <summary>A pause between two messages, which a tool that had rested cuts short.</summary>
    public Task RestAsync(CancellationToken cancellationToken) => _rested.WaitAsync(Rest, cancellationToken);

    public (List<ToolTotals> Totals, List<ActivityContext> Traces) Take(int most)
    {
        lock (_waiting)
        {
            Turn();
            _rested.Reset();
            var taken = _waiting.Values.Take(most).ToList();
            foreach (var total in taken)
            {
                _waiting.Remove(total.Tool);
                _now.Add(total.Tool);
            }

            List<ActivityContext> traces = [.. _traces];
            _traces.Clear();
            return (taken, traces);
        }
    }

    /// <summary>Seconds since the oldest of what waits was committed; 0 when nothing does.</summary>
    public double OldestAge()
    {
        lock (_waiting)
            return _waiting.Count == 0 ? 0 : (DateTimeOffset.UtcNow - _waiting.Values.Min(total => total.At)).TotalSeconds;
    }

    private void Turn()
    {
        if (Stopwatch.GetElapsedTime(_since) < Recently)
            return;
        (_now, _before) = (_before, _now);
        _now.Clear();
        _since = Stopwatch.GetTimestamp();
    }
}

internal static class NewestTotals
{
    /// <summary>Keeps of each tool what is newer.</summary>
    public static void KeepNewest(this Dictionary<string, ToolTotals> newest, IReadOnlyList<ToolTotals> totals)
    {
        foreach (var total in totals)
            if (!newest.TryGetValue(total.Tool, out var older) || total.IsNewerThan(older))
                newest[total.Tool] = total;
    }
}
