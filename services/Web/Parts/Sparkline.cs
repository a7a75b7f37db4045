using Web.Services;

namespace Web.Parts;

/// <summary>
/// A tally's past as a line: x is time, y is the share that says ship. Between two votes the share stands, so the line is level there.
/// </summary>
public sealed class Sparkline
{
    public const int Width = 600,
        Height = 140;

    // Room for the stroke at 0% and 100%.
    private const double Margin = 6;
    private const int MostRows = 30;

    /// <param name="points">Oldest first; a bucket's end may lie ahead of <paramref name="now"/>, and is then taken as now.</param>
    public Sparkline(IReadOnlyList<HistoryPoint> points, ToolTally? tally, DateTimeOffset now, bool hourly)
    {
        Hourly = hourly;
        Points = points
            .Where(point => point.ShipPercent is not null)
            .Select(point => point.At > now ? point with { At = now } : point)
            .ToList();
        if (Points.Count == 0 || tally?.ShipPercent is not { } current)
            return;
        var from = Points[0].At;
        var span = Math.Max(1, (now - from).TotalSeconds);
        var corners = new List<string>();
        double? standing = null;
        foreach (var point in Points)
        {
            var x = (Width - Margin) * (point.At - from).TotalSeconds / span;
            if (standing is { } level && Math.Abs(level - point.ShipPercent!.Value) > 0.01)
                corners.Add(Point(x, level));
            standing = point.ShipPercent;
            corners.Add(Point(x, point.ShipPercent!.Value));
        }

        corners.Add(Point(Width - Margin, current));
        Line = string.Join(' ', corners);
        End = $"{corners[^1]} {corners[^1]}";
    }

    /// <summary>Only what had votes, oldest first.</summary>
    public IReadOnlyList<HistoryPoint> Points { get; }

    /// <summary>True when a point is an hour, false when it is a day.</summary>
    public bool Hourly { get; }

    public HistoryPoint? First => Points.Count > 0 ? Points[0] : null;

    /// <summary>For the table: newest first, without the bucket that is not over yet.</summary>
    public IEnumerable<HistoryPoint> Earlier => Points.SkipLast(1).Reverse().Take(MostRows);

    /// <summary>SVG points; empty when there is nothing to draw.</summary>
    public string Line { get; } = "";

    public string End { get; } = "";

    public static double Y(double percent) => Height - Margin - (Height - 2 * Margin) * percent / 100;

    private static string Point(double x, double percent) => $"{x:0.#},{Y(percent):0.#}";
}
