namespace Tally;

/// <summary>The history of one process's counters.</summary>
internal sealed class MemoryHistory
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, RunningCount> _running = [];
    private readonly Dictionary<(string Tool, Bucket Bucket), List<HistoryPoint>> _points = [];
    private long _cursor;

    public long Cursor { get { lock (_gate) return _cursor; } }

    public IReadOnlyDictionary<string, RunningCount> Running(IReadOnlyCollection<string> tools)
    {
        lock (_gate)
            return tools.Where(_running.ContainsKey).ToDictionary(tool => tool, tool => _running[tool]);
    }

    public bool Write(HistoryPage page)
    {
        lock (_gate)
        {
            if (_cursor != page.Expected)
                return false;
            _cursor = page.Next;
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
