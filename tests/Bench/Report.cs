using System.Diagnostics;
using System.Globalization;

namespace Bench;

/// <summary>One line of the table.</summary>
/// <param name="Met">Null where the page of goals asks for a figure only.</param>
internal sealed record Line(string What, string Goal, string Figure, bool? Met);

/// <summary>Shows what is going on, and in the end one table.</summary>
internal sealed class Report
{
    private readonly List<Line> _lines = [];
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    /// <summary>Progress, on standard error.</summary>
    public void Say(string what) => Console.Error.WriteLine($"{_clock.Elapsed:mm\\:ss} {what}");

    public void Add(string what, string goal, string figure, bool? met)
    {
        var line = new Line(what, goal, figure, met);
        _lines.Add(line);
        Say($"    {what}: {figure} (goal: {goal})");
    }

    public void AtLeast(string what, double goal, double ratio, string figure) =>
        Add(what, $"≥ {Number(goal)}", $"{Number(ratio)} ({figure})", ratio >= goal);

    public void AtMost(string what, double goal, double value, string unit) =>
        Add(what, $"≤ {Number(goal)} {unit}", $"{Number(value)} {unit}", value <= goal);

    public void Print()
    {
        Console.WriteLine("| what | goal | figure | |");
        Console.WriteLine("|---|---|---|---|");
        foreach (var line in _lines)
            Console.WriteLine(
                $"| {line.What} | {line.Goal} | {line.Figure} | {line.Met switch { true => "met", false => "**not met**", null => "" }} |"
            );
    }

    public static string Number(double value) => value.ToString(Math.Abs(value) >= 100 ? "N0" : "0.##", CultureInfo.InvariantCulture);

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count == 0 ? double.NaN : (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}
