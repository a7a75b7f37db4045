namespace Tally.State;

/// <summary>A page of <c>GET /api/ledger/minutes</c>.</summary>
/// <param name="Next">The last entry it counts.</param>
/// <param name="Epoch">Whose ledger it is of; 0 from a release before epochs.</param>
internal sealed record LedgerPage(LedgerMinute[]? Minutes, long Next, long Epoch = 0);

/// <summary>What a page's entries of one minute changed of one tool.</summary>
/// <param name="Ship">By how much.</param>
/// <param name="Skip">By how much.</param>
/// <param name="Entries">How many entries that were.</param>
/// <param name="At">The time of the last of them.</param>
internal sealed record LedgerMinute(string? Tool, long Ship, long Skip, long Entries, DateTimeOffset At);

/// <summary>Counts a page's minutes of one tool, the oldest first.</summary>
internal static class LedgerCount
{
    public static ToolPage Of(string tool, RunningCount running, IEnumerable<LedgerMinute> minutes)
    {
        var points = Buckets.All.ToDictionary(bucket => bucket, _ => new List<HistoryPoint>());
        foreach (var minute in minutes)
        {
            running = new RunningCount(
                running.Ship + minute.Ship,
                running.Skip + minute.Skip,
                running.Entries + minute.Entries,
                Math.Max(running.At, minute.At.ToUnixTimeMilliseconds())
            );
            foreach (var (bucket, list) in points)
            {
                var point = new HistoryPoint(bucket.EndOf(running.At / 1000), running.Ship, running.Skip);
                if (list.Count > 0 && list[^1].End == point.End)
                    list[^1] = point;
                else
                    list.Add(point);
            }
        }

        return new ToolPage(tool, running, points.ToDictionary(pair => pair.Key, pair => (IReadOnlyList<HistoryPoint>)pair.Value));
    }
}
