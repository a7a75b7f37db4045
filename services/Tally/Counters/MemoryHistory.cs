using Tally.State;

namespace Tally.Counters;

/// <summary>The history of one process's counters.</summary>
internal sealed class MemoryHistory
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, RunningCount> _running = [];
    private readonly Dictionary<(string Tool, Bucket Bucket), List<HistoryPoint>> _points = [];
    private long _cursor,
        _epoch;

    public KeptHistory Running(IReadOnlyCollection<string> tools)
    {
        lock (_gate)
            return new KeptHistory(_epoch, _cursor, tools.Where(_running.ContainsKey).ToDictionary(tool => tool, tool => _running[tool]));
    }

    public void Reset(long epoch)
    {
        lock (_gate)
        {
            _running.Clear();
            _points.Clear();
            (_epoch, _cursor) = (epoch, 0);
        }
    }

    public bool Write(HistoryPage page)
    {
        lock (_gate)
        {
            if (_cursor != page.Expected || _epoch != page.Epoch && _epoch != 0 && page.Epoch != 0)
                return false;
            _cursor = page.Next;
            _epoch = Math.Max(_epoch, page.Epoch);
            foreach (var tool in page.Tools)
            {
                _running[tool.Tool] = tool.Running;
                foreach (var (bucket, points) in tool.Points)
                    Append((tool.Tool, bucket), points);
            }

            return true;
        }
    }

    public IReadOnlyList<HistoryPoint> Read(string tool, Bucket bucket)
    {
        lock (_gate)
            return _points.TryGetValue((tool, bucket), out var points) ? [.. points] : [];
    }

    private void Append((string Tool, Bucket Bucket) key, IReadOnlyList<HistoryPoint> added)
    {
        if (!_points.TryGetValue(key, out var points))
            _points[key] = points = [];
        foreach (var point in added)
        {
            // A page may end inside a bucket; the next page then says how that bucket really ended.
            if (points.Count > 0 && points[^1].End == point.End)
                points[^1] = point;
            else
                points.Add(point);
        }

        if (key.Bucket.Kept() is not { } kept)
            return;
        var oldest = points[^1].End - (long)kept.TotalSeconds;
        points.RemoveAll(point => point.End < oldest);
    }
}
