using System.Diagnostics;
using System.Reflection;
using Bench.Load;
using Bench.Servers;

namespace Bench.Measures;

/// <summary>What a vote costs in a ledger of many rows, what further replicas of Voting bring, and how long the operator's recount and rebuild take.</summary>
internal static class Growth
{
    public static async Task MeasureAsync(Form form, Report report)
    {
        await using var whole = await Whole.StartAsync(report);
        await VotesAsync(form, whole, 1);
        var small = new List<double>();
        for (var round = 0; round < form.Rounds; round++)
            small.Add(await VotesAsync(form, whole, 1));

        report.Say($"    generating {form.Rows:N0} rows");
        await GenerateAsync(whole, form.Rows);
        await VotesAsync(form, whole, 1);
        var large = new List<double>();
        for (var round = 0; round < form.Rounds; round++)
            large.Add(await VotesAsync(form, whole, 1));
        var ratio = Report.Median(large) / Report.Median(small);
        report.Add($"votes a second at {form.Rows:N0} rows, of an empty ledger's", "0.9 to 1.1", $"{ratio:0.00} ({Report.Median(large):N0}/s of {Report.Median(small):N0}/s)", ratio >= 0.9);

        foreach (var replicas in (int[])[2, 3])
        {
            await whole.StartAsync(whole.Voting[replicas - 1]);
            await VotesAsync(form, whole, replicas);
            report.Add($"{replicas} replicas of Voting", "a figure", $"{Report.Median([await VotesAsync(form, whole, replicas), await VotesAsync(form, whole, replicas), await VotesAsync(form, whole, replicas)]):N0}/s", null);
        }

        var (took, entries) = await OperatorAsync(whole, "recount");
        report.AtLeast("recount, million entries a minute", 10, entries / 1e6 / (took / 60), $"{entries:N0} in {took:0} s");
    }

    private static async Task<double> VotesAsync(Form form, Whole whole, int replicas)
    {
        var length = TimeSpan.FromSeconds(form.Seconds);
        var votes = new Votes(whole.Tokens, Whole.Tools, form.Seconds * 50_000 + 20_000);
        var runs = await Task.WhenAll(Enumerable.Range(0, replicas).Select(n => Hammer.ClosedAsync(whole.Voting[n].Port, 256 / replicas, length, votes.Next)));
        return runs.Sum(run => run.PerSecond);
    }

    // Voters who each voted once, as votes would have written them; in the ledger's own order of locks, so that the site may stay up.
    private static Task GenerateAsync(Whole whole, long rows) => whole.SqlAsync(
        $"""
        begin;
        select last_id from ledger_head for update;
        create temporary table made on commit drop as
          select n, 'bench-' || (n % 100 + 1) as tool, uuid_send(gen_random_uuid()) as voter, uuid_send(gen_random_uuid()) as pseudonym, (1 + n % 2)::smallint as choice
            from generate_series(1, {rows}) n;
        insert into entries (id, tool, pseudonym, choice, previous, seq, at)
          select (select last_id from ledger_head) + n, tool, pseudonym, choice, 0, 1, (select last_at from ledger_head) from made;
        insert into votes (voter, tool, pseudonym, choice, seq, at) select voter, tool, pseudonym, choice, 1, (select last_at from ledger_head) from made;
        update totals t set ship = t.ship + d.ship, skip = t.skip + d.skip, version = t.version + d.changes, at = (select last_at from ledger_head)
          from (select tool, count(*) filter (where choice = 1) as ship, count(*) filter (where choice = 2) as skip, count(*) as changes from made group by tool) d where t.tool = d.tool;
        update ledger_head set last_id = last_id + {rows};
        commit;
        analyze entries;
        analyze votes;
        checkpoint;
        """);

    private static async Task<(double Seconds, long Entries)> OperatorAsync(Whole whole, string command)
    {
        var tool = Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>().First(metadata => metadata.Key == "Operator").Value!;
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(new ProcessStartInfo("dotnet", [tool, command, "--json", "--voting", whole.Voting[0].Address.ToString(), "--tally", whole.Tally.Address.ToString()])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!;
        var answer = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var took = clock.Elapsed.TotalSeconds;
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{command}: {answer}");
        return (took, System.Text.Json.JsonDocument.Parse(answer).RootElement.GetProperty("facts").GetProperty("entries").GetInt64());
    }
}
