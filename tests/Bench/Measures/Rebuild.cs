using System.Diagnostics;
using System.Globalization;
using Bench.Servers;
using StackExchange.Redis;

namespace Bench.Measures;

/// <summary>
/// How long it takes until Redis, emptied, holds the totals of a million tools again, each voted on once, and what that leaves in memory.
/// Then the operator's <c>rebuild</c>, which also waits for their history.
/// </summary>
internal static class Rebuild
{
    private const string Counters = "{tally}:counters";

    public static async Task MeasureAsync(Form form, Report report)
    {
        await using var whole = await Whole.StartAsync(report);
        await using var redis = await ConnectionMultiplexer.ConnectAsync(
            $"{whole.Redis.Configuration},syncTimeout=60000,asyncTimeout=60000"
        );
        // The catalog's own tools have counters too.
        var all = await redis.GetDatabase().HashLengthAsync(Counters) + 2 * form.Tools;
        report.Say($"    generating {form.Tools:N0} tools' totals");
        await whole.SqlAsync(
            $"""
            begin;
            insert into totals (tool, ship, skip, version, at) select 'made-' || n, n % 2, 1 - n % 2, 1, 1700000000000000::bigint + n from generate_series(1, {form.Tools}) n;
            insert into entries (id, tool, pseudonym, choice, previous, seq, at)
              select n, 'made-' || n, uuid_send(gen_random_uuid()), 2 - n % 2, 0, 1, 1700000000000000::bigint + n from generate_series(1, {form.Tools}) n;
            update ledger_head set last_id = {form.Tools}, last_at = 1700000000000000::bigint + {form.Tools};
            commit;
            vacuum (freeze, analyze) totals, entries
            """
        );
        report.Say($"    filled for the first time after {await FilledAsync(all, redis):0.0} s");

        var took = new List<double>();
        for (var round = 0; round < form.Rounds; round++)
        {
            var cpu = Processes.Seconds(whole.Tally.Pid);
            await whole.Redis.FlushAll();
            took.Add(await FilledAsync(all, redis));
            report.Say(
                $"    round {round}: {took[^1]:0.0} s, of Tally's CPU {Processes.Seconds(whole.Tally.Pid) - cpu:0.0} s; its memory {VoteRate.Resident(whole.Tally.Pid):0} MiB; Voting's {VoteRate.Resident(whole.Voting[0].Pid):0} MiB"
            );
        }

        var kept = (await redis.GetDatabase().HashGetAllAsync(Counters)).ToDictionary(
            counter => (string)counter.Name!,
            counter => (string)counter.Value!
        );
        var differing = Enumerable
            .Range(1, form.Tools)
            .Count(n =>
                !kept.TryGetValue($"made-{n}", out var counter) || !counter.StartsWith($"1 {n % 2} {1 - n % 2} ", StringComparison.Ordinal)
            );
        report.AtLeast(
            "counters rebuilt, million tools a minute",
            1,
            form.Tools / 1e6 / (Report.Median(took) / 60),
            $"{form.Tools:N0} in {Report.Median(took):0.0} s, the wait for the next reconcile included"
        );
        report.Add("counters that differ from the ledger afterwards", "0", $"{differing}", differing == 0);

        var (_, facts) = await OperatorCommand.RunAsync(
            "rebuild",
            "--yes",
            "--within",
            "600",
            "--counters",
            whole.Redis.Configuration,
            "--voting",
            whole.Voting[0].Address.ToString(),
            "--tally",
            whole.Tally.Address.ToString()
        );
        report.Add(
            "the operator's rebuild of the same, history included",
            "",
            string.Create(
                CultureInfo.InvariantCulture,
                $"counters back after {facts.GetProperty("countersSeconds").GetDouble():0} s, everything after {facts.GetProperty("seconds").GetDouble():0} s"
            ),
            null
        );
    }

    // However it is found out that they are gone: nobody tells Tally.
    private static async Task<double> FilledAsync(long all, ConnectionMultiplexer redis)
    {
        var clock = Stopwatch.StartNew();
        while (await redis.GetDatabase().HashLengthAsync(Counters) < all)
        {
            if (clock.Elapsed > TimeSpan.FromMinutes(5))
                throw new TimeoutException(
                    $"After five minutes there are {await redis.GetDatabase().HashLengthAsync(Counters):N0} counters."
                );
            await Task.Delay(50);
        }

        return clock.Elapsed.TotalSeconds;
    }
}
