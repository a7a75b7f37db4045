using System.Diagnostics;
using System.Globalization;
using Bench.Load;
using Bench.Servers;

namespace Bench.Measures;

/// <summary>
/// As many live readers as one process may have files, on one Tally replica: what each costs, and how long a change takes to reach all of
/// them.
/// </summary>
internal static class LiveReaders
{
    private const string Tool = "cursor-2-0",
        Beside = "smolvlm2-2b";

    public static async Task MeasureAsync(Form form, Report report)
    {
        foreach (
            var (kind, memory) in ((IEnumerable<(string Name, double)>)[("hub", 17), ("negotiated", 17), ("stream", 11)]).Where(some =>
                form.Kind is null || some.Name == form.Kind
            )
        )
        {
            await using var whole = await Whole.StartAsync(report);
            await Task.Delay(TimeSpan.FromSeconds(form.Smoke ? 0 : 5));
            var before = VoteRate.Resident(whole.Tally.Pid);
            if (kind == "hub")
                report.AtMost("Tally's memory without readers", 120, before, "MiB");
            report.Say($"    Tally's idle without readers: {Report.Number(await IdleAsync(form, whole))} % of a core");
            await MeasureAsync(form, report, whole, kind, memory, before);
        }
    }

    private static async Task MeasureAsync(Form form, Report report, Whole whole, string kind, double memory, double before)
    {
        var crowds = new List<Process>();
        try
        {
            var (came, bytes) = (Processes.Seconds(whole.Tally.Pid), await MessageAsync(whole, kind));
            for (var n = 0; n < 2; n++)
                crowds.Add(Start(whole.Tally.Port, $"127.0.0.{n + 2}", form.Readers / 2, kind));
            foreach (var crowd in crowds)
                (await crowd.StandardOutput.ReadLineAsync()).ShouldSay("ready");
            came = Processes.Seconds(whole.Tally.Pid) - came;
            // Past the handshakes' garbage, so that what readers keep is seen and not how they came.
            await Task.Delay(TimeSpan.FromSeconds(form.Smoke ? 1 : 25));
            var each = (VoteRate.Resident(whole.Tally.Pid) - before) * 1024 / form.Readers;
            report.AtMost($"{kind}: memory for each of {form.Readers:N0} readers", memory, each, "KiB");

            var neighbours = new Neighbours();
            var idle = await IdleAsync(form, whole);
            report.AtMost($"{kind}: idle", 4, idle, $"% of a core");
            report.Say($"    {neighbours}");

            var (pushing, clock) = (Processes.Seconds(whole.Tally.Pid), Stopwatch.StartNew());
            var times = await ChangesAsync(form, report, whole, crowds, from: Before + 1);
            pushing = Processes.Seconds(whole.Tally.Pid) - pushing - idle / 100 * clock.Elapsed.TotalSeconds;
            // The simulation of a hot comparison begins with these.
            report.Say(
                $"    CPU of Tally: {came * 1e6 / form.Readers:0} µs for a reader to come, {idle * 1e4 / form.Readers:0.0} a second to stay, {pushing * 1e6 / (Changes(form) * form.Readers):0.0} for a push; a message: {bytes} bytes"
            );
            report.AtMost($"{kind}: a change reaches all", 290, Report.Median(times.Select(sorted => sorted[^1])), "ms");

            // From here on one in a hundred never reads again, and nobody waits for it.
            foreach (var crowd in crowds)
                await crowd.StandardInput.WriteLineAsync("deaf 0.01");
            var beside = await ChangesAsync(form, report, whole, crowds, from: Before + 1 + Changes(form));
            report.AtMost(
                $"{kind}: with 1 % not reading, the others' p99 times",
                1.2,
                Report.Median(beside.Select(P99)) / Report.Median(times.Select(P99)),
                ""
            );
            report.Say($"    Tally's memory afterwards: {VoteRate.Resident(whole.Tally.Pid):0} MiB");
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

    /// <returns>Of each change that came in a quiet moment, for each reader the milliseconds from sending the vote until it was told,
    /// sorted.</returns>
    private static async Task<List<double[]>> ChangesAsync(Form form, Report report, Whole whole, IReadOnlyList<Process> crowds, int from)
    {
        var (times, quiet) = (new List<double[]>(), new List<double[]>());
        using var voter = new Connection(whole.Voting[0].Port);
        await voter.OpenAsync();
        for (var version = from; version < from + Changes(form); version++)
        {
            await Task.Delay(500);
            foreach (var crowd in crowds)
                await crowd.StandardInput.WriteLineAsync($"wait {version}");
            await Task.Delay(200);
            var neighbours = new Neighbours();
            var sent = Stopwatch.GetTimestamp();
            await voter.AskAsync(whole.Tokens.Vote(Tool, "ship"));
            var moments = new List<double>();
            foreach (var crowd in crowds)
                moments.AddRange(
                    (await crowd.StandardOutput.ReadLineAsync())!
                        .Split(' ')
                        .Select(moment => (long.Parse(moment, CultureInfo.InvariantCulture) - sent) * 1000.0 / Stopwatch.Frequency)
                );
            times.Add([.. moments.Order()]);
            if (neighbours.Cores <= Neighbours.Noisy)
                quiet.Add(times[^1]);
            report.Say(
                $"    change {version}: p50 {times[^1][moments.Count / 2]:0} ms, p99 {P99(times[^1]):0} ms, all {times[^1][^1]:0} ms; {neighbours}"
            );
        }

        // The first few warm up; where hardly a moment was quiet, all count.
        return quiet.Count >= times.Count / 2 ? quiet[(quiet.Count / 4)..] : times[(times.Count / 4)..];
    }

    /// <returns>The bytes of one message, as one reader gets it.</returns>
    private static async Task<long> MessageAsync(Whole whole, string kind)
    {
        using var reader =
            kind == "hub"
                ? await HubSocket.OpenAsync("127.0.0.1", whole.Tally.Port, null)
                : await HubSocket.StreamAsync("127.0.0.1", whole.Tally.Port, null, Tool, Beside);
        if (kind == "hub")
            await reader.WatchAsync(Tool, Beside);
        using var voter = new Connection(whole.Voting[0].Port);
        await voter.OpenAsync();
        var before = 0L;
        for (var version = 1; version <= Before; version++)
        {
            // The last one's: with the first may come what belongs to the snapshots.
            before = reader.Received;
            await voter.AskAsync(whole.Tokens.Vote(Tool, "ship"));
            await reader.NextAsync(version - 1);
        }

        return reader.Received - before;
    }

    // Votes on the tool before the crowds'.
    private const int Before = 2;

    private static int Changes(Form form) => form.Smoke ? 2 : 15;

    private static double P99(double[] sorted) => sorted[sorted.Length * 99 / 100];

    private static async Task<double> IdleAsync(Form form, Whole whole)
    {
        var (cpu, clock) = (Processes.Seconds(whole.Tally.Pid), Stopwatch.StartNew());
        await Task.Delay(TimeSpan.FromSeconds(form.Smoke ? 1 : 20));
        return (Processes.Seconds(whole.Tally.Pid) - cpu) / clock.Elapsed.TotalSeconds * 100;
    }

    private static Process Start(int port, string from, int count, string kind) =>
        Process.Start(
            new ProcessStartInfo(
                "dotnet",
                [
                    typeof(LiveReaders).Assembly.Location,
                    "crowd",
                    "127.0.0.1",
                    port.ToString(CultureInfo.InvariantCulture),
                    from,
                    count.ToString(CultureInfo.InvariantCulture),
                    kind,
                    Tool,
                    Beside,
                ]
            )
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            }
        )!;

    private static void ShouldSay(this string? line, string expected)
    {
        if (line != expected)
            throw new InvalidOperationException($"A crowd of readers said '{line}'.");
    }
}
