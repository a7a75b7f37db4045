using System.Diagnostics;
using System.Globalization;
using Bench.Load;
using Bench.Servers;
using Testing.Servers;

namespace Bench.Measures;

/// <summary>
/// What a vote costs in a ledger of many rows and in one of ten thousand, in turn on the same servers, so that a machine that is slower for
/// a while is so for both. Then what further replicas of Voting bring, and how long the operator's recount of the many rows takes.
/// </summary>
internal static class Growth
{
    private const long FewRows = 10_000;

    private sealed record Cost(double PerSecond, double Postgres, double Voting, double WalBytes, double BlocksRead);

    public static async Task MeasureAsync(Form form, Report report)
    {
        await using var whole = await Whole.StartAsync(report, history: false);
        await whole.Postgres.Create("grown");
        var (few, many) = (whole.Voting[0], whole.VotingOn("grown", "voting-grown"));
        await whole.StartAsync(many);
        await whole.AddToolsAsync("grown", "grown");

        var clock = Stopwatch.StartNew();
        report.Say($"    generating {form.Rows:N0} rows");
        await OldVotes.ManyAsync(whole, "grown", "grown", form.Rows);
        report.Say(
            $"    generated in {clock.Elapsed.TotalSeconds:0} s: {await whole.SqlAsync("select pg_size_pretty(pg_total_relation_size('entries') + pg_total_relation_size('votes'))", "grown")}"
        );

        var costs = new Dictionary<ServiceProcess, List<Cost>> { [few] = [], [many] = [] };
        // Round 0 warms both up, and who comes first changes from round to round: what one leaves to the disk is the other's loss.
        for (var round = 0; round <= form.Rounds; round++)
        {
            foreach (var voting in round % 2 == 0 ? (ServiceProcess[])[few, many] : [many, few])
            {
                if (voting == few)
                    await OldVotes.FewAsync(whole, "ledger", "bench", FewRows);
                var cost = await CostAsync(form, whole, voting, voting == few ? "bench" : "grown");
                report.Say(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"    round {round} {(voting == few ? FewRows : form.Rows):N0} rows: {cost.PerSecond:N0}/s; µs of CPU each: PostgreSQL {cost.Postgres:0.0}, Voting {cost.Voting:0.0}; {cost.WalBytes:N0} bytes logged and {cost.BlocksRead:0.00} blocks read each"
                    )
                );
                if (round > 0 || form.Rounds == 1)
                    costs[voting].Add(cost);
            }
        }

        Compare("votes a second", cost => cost.PerSecond, "/s");
        Compare("PostgreSQL's CPU a vote", cost => cost.Postgres, " µs");
        Compare("logged ahead a vote", cost => cost.WalBytes, " bytes");

        foreach (var replicas in (int[])[2, 3])
        {
            await whole.StartAsync(whole.Voting[replicas - 1]);
            await VotesAsync(form, whole, [.. whole.Voting.Take(replicas)], "bench");
            var rates = new List<double>();
            for (var round = 0; round < form.Rounds; round++)
                rates.Add(await VotesAsync(form, whole, [.. whole.Voting.Take(replicas)], "bench"));
            report.Add($"{replicas} replicas of Voting", "a figure", $"{Report.Median(rates):N0}/s", null);
        }

        var (took, facts) = await OperatorCommand.RunAsync(
            "recount",
            "--voting",
            many.Address.ToString(),
            "--tally",
            whole.Tally.Address.ToString()
        );
        var entries = facts.GetProperty("entries").GetInt64();
        report.AtLeast("recount, million entries a minute", 10, entries / 1e6 / (took / 60), $"{entries:N0} in {took:0} s");

        void Compare(string what, Func<Cost, double> of, string unit)
        {
            var (little, much) = (Report.Median(costs[few].Select(of)), Report.Median(costs[many].Select(of)));
            var ratio = Report.Median(costs[many].Zip(costs[few], (large, small) => of(large) / of(small)));
            report.Add(
                $"{what} at {form.Rows:N0} rows, of that at {FewRows:N0}",
                "0.9 to 1.1",
                $"{Report.Number(ratio)} ({Report.Number(much)}{unit}, {Report.Number(little)}{unit})",
                ratio is >= 0.9 and <= 1.1
            );
        }
    }

    private static async Task<Cost> CostAsync(Form form, Whole whole, ServiceProcess voting, string tools)
    {
        var (postgres, own, log, read) = (
            Processes.Seconds(whole.Postgres.Pid),
            Processes.Seconds(voting.Pid),
            await LogAsync(),
            await ReadAsync()
        );
        var perSecond = await VotesAsync(form, whole, [voting], tools);
        var votes = perSecond * form.Seconds;
        return new Cost(
            perSecond,
            (Processes.Seconds(whole.Postgres.Pid) - postgres) * 1e6 / votes,
            (Processes.Seconds(voting.Pid) - own) * 1e6 / votes,
            (await LogAsync() - log) / votes,
            (await ReadAsync() - read) / votes
        );

        async Task<double> LogAsync() => (double)(decimal)(await whole.SqlAsync("select pg_current_wal_lsn() - '0/0'", "postgres"))!;

        // Backends tell theirs at most once a second, and at the end of a connection.
        async Task<double> ReadAsync() =>
            (double)(decimal)(await whole.SqlAsync("select sum(blks_read) from pg_stat_database", "postgres"))!;
    }

    private static async Task<double> VotesAsync(Form form, Whole whole, IReadOnlyCollection<ServiceProcess> voting, string tools)
    {
        var votes = new Votes(
            whole.Tokens,
            [.. Enumerable.Range(1, Whole.Tools.Count).Select(n => $"{tools}-{n}")],
            form.Seconds * 50_000 + 20_000
        );
        GC.Collect();
        var runs = await Task.WhenAll(
            voting.Select(replica => Hammer.ClosedAsync(replica.Port, 256 / voting.Count, TimeSpan.FromSeconds(form.Seconds), votes.Next))
        );
        return runs.Sum(run => run.PerSecond);
    }
}
