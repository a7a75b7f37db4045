using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Bench.Load;
using Bench.Servers;
using Testing.Machine;
using Testing.Servers;

namespace Bench.Measures;

/// <summary>
/// What the public log costs votes, how soon a checkpoint covers one, how fast an old ledger is caught up with, and what it takes on disk.
/// </summary>
internal static class PublicLog
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    public static async Task MeasureAsync(Form form, Report report)
    {
        await using var whole = await Whole.StartAsync(report);
        var logged = whole.VotingOn("ledger", "voting-logged", logged: true);
        await whole.StartAsync(logged);
        using var http = new HttpClient { BaseAddress = logged.Address };
        await BesideVotesAsync(form, report, whole, logged, http);
        await CaughtUpAsync(http, TimeSpan.FromMinutes(2));
        await DelayAsync(form, report, whole, http);
        await ProofsAsync(form, report, http);
        await CatchUpAsync(form, report, whole);
    }

    // Two replicas on one ledger, so that everything behind them is the same. While the one without a log is measured, the other is frozen.
    private static async Task BesideVotesAsync(Form form, Report report, Whole whole, ServiceProcess logged, HttpClient http)
    {
        var (without, with) = (new List<double>(), new List<double>());
        for (var round = form.Smoke ? 1 : -1; round <= form.Rounds; round++)
        {
            await logged.Send(UnixSignal.Stop);
            await RunAsync(whole.Voting[0].Port, "without", without);
            await logged.Send(UnixSignal.Continue);
            await CaughtUpAsync(http, TimeSpan.FromMinutes(2));
            await RunAsync(logged.Port, "with", with);

            async Task RunAsync(int port, string kind, List<double> rates)
            {
                var votes = new Votes(whole.Tokens, Whole.Tools, form.Seconds * 40_000 + 20_000, again: false);
                GC.Collect();
                var run = await Hammer.ClosedAsync(port, 64, TimeSpan.FromSeconds(form.Seconds), votes.Next);
                report.Say($"    round {round} {kind} a log: {run.PerSecond:N0}/s, p99 {run.P99:0.0} ms, {run.Bad} bad");
                if (round > 0)
                    rates.Add(run.PerSecond);
            }
        }

        report.AtLeast(
            "votes a second with the log, of those without",
            0.95,
            Report.Median(with) / Report.Median(without),
            $"{Report.Median(with):N0}/s"
        );
    }

    private static async Task DelayAsync(Form form, Report report, Whole whole, HttpClient http)
    {
        var (waiting, delays) = (new Queue<(long Index, long At)>(), new List<double>());
        using var ended = new CancellationTokenSource();
        var watching = Task.Run(async () =>
        {
            while (!ended.IsCancellationRequested || waiting.Count > 0)
            {
                var size = await SizeAsync(http);
                lock (waiting)
                    while (waiting.TryPeek(out var vote) && vote.Index < size)
                        delays.Add(Stopwatch.GetElapsedTime(waiting.Dequeue().At).TotalMilliseconds);
                await Task.Delay(Poll);
            }
        });
        for (var vote = 0; vote < form.Seconds * 20; vote++)
        {
            using var cast = new HttpRequestMessage(HttpMethod.Put, $"api/votes/{Whole.Tools[vote % 100]}")
            {
                Content = JsonContent.Create(new { choice = "ship" }),
            };
            cast.Headers.Authorization = new AuthenticationHeaderValue("Voter", whole.Tokens.New());
            using var answer = await http.SendAsync(cast);
            var index = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("index").GetInt64();
            lock (waiting)
                waiting.Enqueue((index, Stopwatch.GetTimestamp()));
            await Task.Delay(50);
        }

        await ended.CancelAsync();
        await watching;
        delays.Sort();
        report.AtMost(
            $"vote to a checkpoint that covers it, p99 of {delays.Count:N0}",
            1500,
            delays[(int)((delays.Count - 1) * 0.99)],
            "ms"
        );
    }

    private static async Task ProofsAsync(Form form, Report report, HttpClient http)
    {
        var size = await SizeAsync(http);
        var took = new List<double>();
        for (var proof = 0; proof < (form.Smoke ? 20 : 1000); proof++)
        {
            var clock = Stopwatch.StartNew();
            await http.GetStringAsync($"log/proof/{Random.Shared.NextInt64(size)}");
            took.Add(clock.Elapsed.TotalMilliseconds);
        }

        report.AtMost($"one proof by HTTP, of a log of {size:N0}", 1, Report.Median(took), "ms");
    }

    private static async Task CatchUpAsync(Form form, Report report, Whole whole)
    {
        var rows = form.Smoke ? 5_000 : 1_000_000;
        await whole.Postgres.Create("old");
        using (var migrating = whole.VotingOn("old", "old-1"))
            await migrating.StartAndWait();
        await whole.SqlAsync(
            $"""
            insert into entries (id, tool, pseudonym, choice, previous, seq, at)
              select n, 'bench-' || n % 100 + 1, uuid_send(gen_random_uuid()), 1 + n % 2, 0, 1, 1700000000000000::bigint + n from generate_series(1, {rows}) n;
            update ledger_head set last_id = {rows}, last_at = 1700000000000000::bigint + {rows};
            """,
            "old"
        );
        await whole.SqlAsync("vacuum (freeze, analyze) entries", "old");
        var process = whole.VotingOn("old", "old-2", logged: true);
        await whole.StartAsync(process);
        var (clock, cpu) = (Stopwatch.StartNew(), Processes.Seconds(process.Pid));
        var from = (long)(await whole.SqlAsync("select size from log_head", "old"))!;
        using var http = new HttpClient { BaseAddress = process.Address };
        await CaughtUpAsync(http, TimeSpan.FromMinutes(5), rows);
        var spent = Processes.Seconds(process.Pid) - cpu;
        report.AtLeast(
            "entries of an old ledger logged, a second of Voting's CPU",
            100_000,
            (rows - from) / spent,
            string.Create(CultureInfo.InvariantCulture, $"{rows - from:N0} in {clock.Elapsed.TotalSeconds:0.0} s, {spent:0.0} s of CPU")
        );
        var bytes = (long)
            (
                await whole.SqlAsync(
                    "select (pg_total_relation_size('log_tiles') + pg_total_relation_size('log_bundles') + pg_total_relation_size('log_totals'))::bigint",
                    "old"
                )
            )!;
        report.AtMost("disk an entry takes in the log", 160, bytes / (double)rows, "bytes");
    }

    private static async Task CaughtUpAsync(HttpClient http, TimeSpan within, long entries = 1)
    {
        var clock = Stopwatch.StartNew();
        for (var (size, before) = (0L, -1L); size < entries || size != before;)
        {
            if (clock.Elapsed > within)
                throw new TimeoutException($"After {within} the log has {size:N0} entries.");
            await Task.Delay(TimeSpan.FromMilliseconds(entries > 1 ? 50 : 1500));
            (before, size) = (size, await SizeAsync(http));
        }
    }

    private static async Task<long> SizeAsync(HttpClient http)
    {
        using var answer = await http.GetAsync("log/checkpoint");
        return answer.IsSuccessStatusCode
            ? long.Parse((await answer.Content.ReadAsStringAsync()).Split('\n')[1], CultureInfo.InvariantCulture)
            : 0;
    }
}
