using System.Diagnostics;
using System.Net.Http.Json;
using Bench.Load;
using Bench.Servers;

namespace Bench.Measures;

/// <summary>Durable, acknowledged votes a second, with the whole chain up, beside the ceiling in the same round.</summary>
internal static class VoteRate
{
    private sealed record Total(string Tool, long Ship, long Skip, long Version);

    public static async Task MeasureAsync(Form form, Report report)
    {
        using var ceiling = await CeilingProcess.StartAsync();
        await using var whole = await Whole.StartAsync(report);
        await using var alone = new Alone();
        await alone.StartAsync();
        var length = TimeSpan.FromSeconds(form.Seconds);
        var kinds = new (string Name, int Port, int Connections, Tokens Tokens, IReadOnlyList<string> Tools)[]
        {
            ("ceiling 256", ceiling.Port, 256, whole.Tokens, Whole.Tools),
            ("votes 256", whole.Voting[0].Port, 256, whole.Tokens, Whole.Tools),
            ("ceiling 64", ceiling.Port, 64, whole.Tokens, Whole.Tools),
            ("votes 64", whole.Voting[0].Port, 64, whole.Tokens, Whole.Tools),
            ("hot tool 256", whole.Voting[0].Port, 256, whole.Tokens, [Whole.Tools[0]]),
            ("standalone 256", alone.Process.Port, 256, alone.Tokens, Whole.Tools),
        };
        var runs = kinds.ToDictionary(kind => kind.Name, _ => new List<Run>());
        var acknowledged = 0L;
        // The rounds up to 0 warm up: prepared statements, the pages of the ledger, and above all the runtime, which under load compiles
        // hot code anew for half a minute.
        for (var round = form.Smoke ? 0 : -2; round <= form.Rounds; round++)
        {
            foreach (
                var (name, port, connections, tokens, tools) in kinds.Where(some =>
                    form.Kind is null || some.Name.Contains(form.Kind, StringComparison.Ordinal)
                )
            )
            {
                var votes = new Votes(
                    tokens,
                    tools,
                    (int)(form.Seconds * 70_000 * (form.Smoke ? 0.3 : 1)) + 20_000,
                    again: port == ceiling.Port
                );
                GC.Collect();
                var (before, neighbours) = (Spent(whole, alone), new Neighbours());
                var run = await Hammer.ClosedAsync(port, connections, length, votes.Next);
                if (port == whole.Voting[0].Port)
                    acknowledged += run.Good;
                report.Say(
                    $"    round {round} {name}: {run.PerSecond:N0}/s, p50 {run.P50:0.0} ms, p99 {run.P99:0.0} ms, {run.Bad} bad; {Resident(whole.Voting[0].Pid):0} MiB; µs of CPU each: {Each(before, Spent(whole, alone), run.Good)}; {neighbours}"
                );
                if (round > 0 || form.Rounds == 0)
                    runs[name].Add(run);
            }
        }

        var (ceiling256, ceiling64) = (Rate("ceiling 256"), Rate("ceiling 64"));
        report.Add("ceiling at 256 and 64 connections", "", $"{ceiling256:N0}/s, {ceiling64:N0}/s", null);
        report.AtLeast(
            "durable votes, whole chain, 256 connections, of the ceiling",
            0.55,
            Ratio("votes 256", "ceiling 256"),
            $"{Rate("votes 256"):N0}/s"
        );
        report.AtMost("the same, p99", 50, Report.Median(runs["votes 256"].Select(run => run.P99)), "ms");
        report.AtLeast(
            "the same at 64 connections",
            0.40,
            Ratio("votes 64", "ceiling 64"),
            $"{Rate("votes 64"):N0}/s, p99 {Report.Median(runs["votes 64"].Select(run => run.P99)):0.0} ms"
        );
        report.AtLeast("one hot tool, of a hundred tools", 0.9, Ratio("hot tool 256", "votes 256"), $"{Rate("hot tool 256"):N0}/s");
        report.AtLeast(
            "Standalone on SQLite, 256 connections, of the ceiling",
            0.40,
            Ratio("standalone 256", "ceiling 256"),
            $"{Rate("standalone 256"):N0}/s"
        );
        report.AtMost("Voting's memory at saturation", 200, Resident(whole.Voting[0].Pid), "MiB");
        report.Add(
            "not a 2xx",
            "0",
            $"{runs.Values.SelectMany(some => some).Sum(run => run.Bad)}",
            runs.Values.SelectMany(some => some).Sum(run => run.Bad) == 0
        );
        await ExactAsync(report, whole, acknowledged);

        // Of each round by itself: a machine that is slower in one round is so for both.
        double Ratio(string name, string to) => Report.Median(runs[name].Zip(runs[to], (run, other) => run.PerSecond / other.PerSecond));

        double Rate(string name) => Report.Median(runs[name].Select(run => run.PerSecond));
    }

    private static (string Name, double Seconds)[] Spent(Whole whole, Alone alone) =>
        [
            ("Voting", Processes.Seconds(whole.Voting[0].Pid)),
            ("PostgreSQL", Processes.Seconds(whole.Postgres.Pid)),
            ("Tally", Processes.Seconds(whole.Tally.Pid)),
            ("Redis", Processes.Seconds(whole.Redis.Pid)),
            ("RabbitMQ", Processes.Seconds(whole.Rabbit.Pid)),
            ("Standalone", Processes.Seconds(alone.Process.Pid)),
            ("load", Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds),
        ];

    private static string Each((string Name, double Seconds)[] before, (string Name, double Seconds)[] after, int votes) =>
        string.Join(
            ", ",
            before
                .Zip(after)
                .Select(pair => (pair.First.Name, Micros: (pair.Second.Seconds - pair.First.Seconds) * 1e6 / votes))
                .Where(part => part.Micros >= 0.5)
                .Select(part => $"{part.Name} {part.Micros:0.#}")
        );

    /// <summary>Resident memory of a process, MiB.</summary>
    public static double Resident(int process)
    {
        var line = File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return double.Parse(line[6..].Trim().Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture) / 1024;
    }

    private static async Task ExactAsync(Report report, Whole whole, long acknowledged)
    {
        using var http = new HttpClient();
        var ledger = (await http.GetFromJsonAsync<Total[]>(new Uri(whole.Voting[0].Address, "api/ledger/totals")))!
            .Where(total => total.Version > 0)
            .ToList();
        // Votes under way when a round ended were taken and not waited for; a round leaves at most one a connection.
        var taken = ledger.Sum(total => total.Ship + total.Skip);
        var clock = Stopwatch.StartNew();
        var differing = ledger.Count;
        while (differing > 0 && clock.Elapsed < TimeSpan.FromSeconds(10))
        {
            differing = 0;
            foreach (var some in ledger.Chunk(50))
            {
                var shown = (
                    await http.GetFromJsonAsync<Total[]>(
                        new Uri(whole.Tally.Address, "api/tallies?" + string.Join('&', some.Select(total => $"tool={total.Tool}")))
                    )
                )!.ToDictionary(total => total.Tool);
                differing += some.Count(total => !shown.TryGetValue(total.Tool, out var tally) || tally != total);
            }
        }

        report.Add(
            "afterwards: acknowledged = in the ledger; tallies that differ from the ledger",
            "equal; 0",
            $"{acknowledged:N0} and {taken:N0}; {differing}",
            acknowledged == taken && differing == 0
        );
    }
}
