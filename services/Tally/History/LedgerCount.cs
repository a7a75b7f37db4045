using System.Text.Json.Serialization;

namespace Tally;

/// <summary>A page of <c>GET /api/ledger</c>.</summary>
internal sealed record LedgerPage(LedgerEntry[]? Entries);

/// <summary>One change of one voter's choice on one tool, from <paramref name="Previous"/> to <paramref name="Choice"/>; null is no choice.</summary>
internal sealed record LedgerEntry(long Id, string? Tool, Choice? Choice, Choice? Previous, DateTimeOffset At);

[JsonConverter(typeof(JsonStringEnumConverter<Choice>))]
internal enum Choice { Ship, Skip }

/// <summary>Counts a page's entries of one tool.</summary>
internal static class LedgerCount
{
    public static ToolPage Of(string tool, RunningCount running, IEnumerable<LedgerEntry> entries)
    {
        var points = Buckets.All.ToDictionary(bucket => bucket, _ => new List<HistoryPoint>());
        foreach (var entry in entries)
        {
            running = new RunningCount(
                running.Ship + Change(entry, Choice.Ship),
                running.Skip + Change(entry, Choice.Skip),
                running.Entries + 1,
                Math.Max(running.At, entry.At.ToUnixTimeMilliseconds()));
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

    private static int Change(LedgerEntry entry, Choice choice) => (entry.Choice == choice ? 1 : 0) - (entry.Previous == choice ? 1 : 0);
}
