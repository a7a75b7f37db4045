using System.Diagnostics;
using System.Globalization;
using Bench.Load;
using Bench.Servers;

namespace Bench.Measures;

/// <summary>As many live readers as one process may have files, on one Tally replica: what each costs, and how long a change takes to reach all of them.</summary>
internal static class LiveReaders
{
    private const string Tool = "cursor-2-0";

    public static async Task MeasureAsync(Form form, Report report)
    {
        foreach (var (kind, memory) in (IEnumerable<(string, double)>)[("hub", 17), ("stream", 11)])
        {
            await using var whole = await Whole.StartAsync(report);
            var before = VoteRate.Resident(whole.Tally.Pid);
            if (kind == "hub")
                report.AtMost("Tally's memory without readers", 120, before, "MiB");
            await MeasureAsync(form, report, whole, kind, memory, before);
        }
    }

    private static async Task MeasureAsync(Form form, Report report, Whole whole, string kind, double memory, double before)
    {
        var crowds = new List<Process>();
        try
        {
            for (var n = 0; n < 2; n++)
                crowds.Add(Start(whole.Tally.Port, $"127.0.0.{n + 2}", form.Readers / 2, kind));
            foreach (var crowd in crowds)
                (await crowd.StandardOutput.ReadLineAsync()).ShouldSay("ready");
            // Past the handshakes' garbage, so that what readers keep is seen and not how they came.
            await Task.Delay(TimeSpan.FromSeconds(form.Smoke ? 1 : 25));
            var each = (VoteRate.Resident(whole.Tally.Pid) - before) * 1024 / form.Readers;
            report.AtMost($"{kind}: memory for each of {form.Readers:N0} readers", memory, each, "KiB");

            var (cpu, clock) = (Cpu(whole.Tally.Pid), Stopwatch.StartNew());
            await Task.Delay(TimeSpan.FromSeconds(form.Smoke ? 1 : 20));
            report.AtMost($"{kind}: idle", 4, (Cpu(whole.Tally.Pid) - cpu) / clock.Elapsed.TotalSeconds * 100, "% of a core");

            var times = new List<double>();
            using var voter = new Connection(whole.Voting[0].Port);
            await voter.OpenAsync();
            for (var version = 1; version <= (form.Smoke ? 2 : 12); version++)
            {
                await Task.Delay(500);
                foreach (var crowd in crowds)
                    await crowd.StandardInput.WriteLineAsync($"wait {version}");
                await Task.Delay(200);
                await voter.AskAsync(whole.Tokens.Vote(Tool, "ship"));
                var acknowledged = Stopwatch.GetTimestamp();
                var last = 0L;
                foreach (var crowd in crowds)
                    last = Math.Max(last, long.Parse((await crowd.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture));
                times.Add((last - acknowledged) * 1000.0 / Stopwatch.Frequency);
            }

            report.AtMost($"{kind}: a change reaches all", 290, Report.Median(times.Skip(times.Count / 4)), "ms");
        }
        finally
        {
            foreach (var crowd in crowds)
            {
                crowd.Kill();
                crowd.Dispose();
            }
        }
    }

    private static Process Start(int port, string from, int count, string kind) => Process.Start(new ProcessStartInfo(
        "dotnet", [typeof(LiveReaders).Assembly.Location, "crowd", "127.0.0.1", port.ToString(CultureInfo.InvariantCulture), from, count.ToString(CultureInfo.InvariantCulture), kind, Tool])
    {
        UseShellExecute = false,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;

    // Seconds of CPU so far.
    private static double Cpu(int process)
    {
        using var seen = Process.GetProcessById(process);
        return seen.TotalProcessorTime.TotalSeconds;
    }

    private static void ShouldSay(this string? line, string expected)
    {
        if (line != expected)
            throw new InvalidOperationException($"A crowd of readers said '{line}'.");
    }
}
