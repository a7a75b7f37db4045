using System.Diagnostics;

namespace Bench.Measures;

/// <summary>All there is to measure, by the name one asks for it.</summary>
internal static class Measurements
{
    public static IReadOnlyDictionary<string, Func<Form, Report, Task>> All { get; } =
        new Dictionary<string, Func<Form, Report, Task>>
        {
            ["votes"] = VoteRate.MeasureAsync,
            ["push"] = PushTime.MeasureAsync,
            ["readers"] = LiveReaders.MeasureAsync,
            ["page"] = Pages.MeasureAsync,
            ["start"] = StartAndMemory.MeasureAsync,
            ["rebuild"] = Rebuild.MeasureAsync,
            ["peer"] = PeerBeside.MeasureAsync,
            ["simulate"] = Simulate.MeasureAsync,
            ["gate"] = GateCost.MeasureAsync,
            ["flood"] = Flood.MeasureAsync,
            ["log"] = PublicLog.MeasureAsync,
            ["recount"] = LogRecount.MeasureAsync,
            ["growth"] = Growth.MeasureAsync,
        };

    public static async Task<int> RunAsync(string[] asked, Form form)
    {
        var report = new Report();
        foreach (var (name, measure) in All.Where(measure => asked.Length == 0 || asked.Contains(measure.Key)))
        {
            report.Say($"-- {name}");
            // What a build or the measurement before left for the disk would be written beside the ledger, whose commits then wait for it.
            using (var writing = Process.Start("sync"))
                await writing.WaitForExitAsync();
            await measure(form, report);
        }

        report.Print();
        return 0;
    }
}
