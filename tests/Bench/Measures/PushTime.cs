using System.Diagnostics;
using Bench.Load;
using Bench.Servers;

namespace Bench.Measures;

/// <summary>
/// From a vote's first byte sent to the change on another reader's socket, both seen by one clock in this process. The probed tool is voted
/// on by nobody else and no faster than it is pushed, so that no vote waits for the pause between pushes; the load is on a hundred other
/// tools.
/// </summary>
internal static class PushTime
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(4);

    /// <summary>Milliseconds from sending the vote to another reader's socket, and to its own answer.</summary>
    private readonly record struct Probe(double Push, double Answer);

    public static async Task MeasureAsync(Form form, Report report)
    {
        var probes = form.Smoke ? 5 : 60;
        await using (var alone = new Alone())
        {
            await alone.StartAsync();
            await ProbeAsync(alone.Process.Port, alone.Process.Port, alone.Tokens, "cursor-2-0", probes);
            var times = await ProbeAsync(alone.Process.Port, alone.Process.Port, alone.Tokens, "cursor-2-0", probes * form.Rounds);
            report.AtMost("vote to another reader's socket, Standalone, p50", 2, At(times, 0.5), "ms");
            report.Add("the same, p99", "", $"{At(times, 0.99):0.0} ms", null);
            report.Say($"    slowest of {times.Length}: {Slowest(times)}");
        }

        await using var whole = await Whole.StartAsync(report);
        // Past what the runtime recompiles for code that turns out to be used often.
        await ProbeAsync(whole.Voting[0].Port, whole.Tally.Port, whole.Tokens, "cursor-2-0", probes);
        var idle = await ProbeAsync(whole.Voting[0].Port, whole.Tally.Port, whole.Tokens, "cursor-2-0", probes * form.Rounds);
        report.AtMost("vote to another reader's socket, whole chain, idle, p50", 5, At(idle, 0.5), "ms");
        report.AtMost("the same, p99", 13, At(idle, 0.99), "ms");
        report.Say($"    slowest of {idle.Length}: {Slowest(idle)}");

        var ceiling = await CeilingAsync(form, whole.Tokens);
        await WarmAsync(whole.Voting[0].Port, form, whole.Tokens, stored: true);
        var rate = (int)(0.2 * ceiling);
        var length = TimeSpan.FromSeconds(Math.Max(2, probes * form.Rounds * 0.18) + WarmUp.TotalSeconds);
        var votes = new Votes(whole.Tokens, Whole.Tools, (int)(rate * length.TotalSeconds) + 10_000);
        var load = Hammer.OpenLoopAsync(whole.Voting[0].Port, 128, rate, length, votes.Next);
        await Task.Delay(form.Smoke ? TimeSpan.FromSeconds(1) : WarmUp);
        var busy = await ProbeAsync(whole.Voting[0].Port, whole.Tally.Port, whole.Tokens, "smolvlm2-2b", probes * form.Rounds, until: load);
        var run = await load;
        report.Say($"    load: {run.PerSecond:N0} votes/s, p50 {run.P50:0.0} ms, p99 {run.P99:0.0} ms from when each was due");
        report.AtMost($"the same at {rate:N0} votes/s (0.2 of a ceiling of {ceiling:N0}), p50", 12, At(busy, 0.5), "ms");
        report.AtMost("the same, p99", 30, At(busy, 0.99), "ms");
        report.Say($"    slowest of {busy.Length}: {Slowest(busy)}");

        var flood = new Votes(whole.Tokens, Whole.Tools, form.Seconds * 60_000);
        var saturated = Hammer.ClosedAsync(whole.Voting[0].Port, 256, TimeSpan.FromSeconds(form.Seconds), flood.Next);
        await Task.Delay(Math.Min(1000, form.Seconds * 200));
        var late = await ProbeAsync(whole.Voting[0].Port, whole.Tally.Port, whole.Tokens, "smolvlm2-2b", probes, until: saturated);
        await saturated;
        report.AtMost("the same at saturation, slowest", 1000, late[^1].Push, "ms");
    }

    private static async Task<double> CeilingAsync(Form form, Tokens tokens)
    {
        using var ceiling = await CeilingProcess.StartAsync();
        return await WarmAsync(ceiling.Port, form, tokens, stored: false);
    }

    /// <summary>
    /// Loads a server past what the runtime recompiles, half a minute of it: at a steady rate what came meanwhile would be late for all
    /// the rest of the measure.
    /// </summary>
    /// <returns>Answers a second at 256 connections in the last round.</returns>
    private static async Task<double> WarmAsync(int port, Form form, Tokens tokens, bool stored)
    {
        var warm = 0.0;
        for (var round = form.Smoke ? 0 : -3; round <= 0; round++)
        {
            var votes = new Votes(tokens, Whole.Tools, form.Seconds * 70_000, again: !stored);
            warm = (await Hammer.ClosedAsync(port, 256, TimeSpan.FromSeconds(form.Seconds), votes.Next)).PerSecond;
        }

        return warm;
    }

    /// <returns>Sorted by the push.</returns>
    private static async Task<Probe[]> ProbeAsync(int voting, int tally, Tokens tokens, string tool, int count, Task? until = null)
    {
        using var reader = await HubSocket.OpenAsync("127.0.0.1", tally, null);
        await reader.WatchAsync(tool);
        using var voter = new Connection(voting);
        await voter.OpenAsync();
        var requests = Enumerable.Range(0, count).Select(_ => tokens.Vote(tool, "ship")).ToList();
        var times = new List<Probe>();
        foreach (var request in requests)
        {
            if (until is { IsCompleted: true })
                break;
            await Task.Delay(150);
            var before = reader.Version;
            var sent = Stopwatch.GetTimestamp();
            var asked = AskAsync(voter, request, sent);
            await reader.NextAsync(before);
            var pushed = Stopwatch.GetElapsedTime(sent).TotalMilliseconds;
            times.Add(new Probe(pushed, await asked));
        }

        return [.. times.OrderBy(time => time.Push)];
    }

    private static async Task<double> AskAsync(Connection voter, byte[] request, long sent) =>
        await voter.AskAsync(request) is 200
            ? Stopwatch.GetElapsedTime(sent).TotalMilliseconds
            : throw new InvalidOperationException("A probing vote was not taken.");

    // With when the vote itself was answered: what part of it was before the ledger's commit.
    private static string Slowest(Probe[] sorted) =>
        string.Join(", ", sorted.TakeLast(8).Select(time => $"{time.Push:0.0} (answered after {time.Answer:0.0})"));

    private static double At(Probe[] sorted, double share) => sorted[(int)Math.Min(sorted.Length - 1, sorted.Length * share)].Push;
}
