using System.Diagnostics;
using Bench.Servers;
using StackExchange.Redis;

namespace Bench.Measures;

/// <summary>How long it takes until Redis, emptied, holds the ledger's totals of a million tools again, and what that leaves in Tally's memory.</summary>
internal static class Rebuild
{
    private const string Counters = "{tally}:counters";

    public static async Task MeasureAsync(Form form, Report report)
    {
        await using var whole = await Whole.StartAsync(report, history: false);
        report.Say($"    generating {form.Tools:N0} tools' totals");
        await whole.SqlAsync(
            $"""
            insert into totals (tool, ship, skip, version, at) select 'made-' || n, n % 1000, n % 77, n % 1000 + n % 77 + 1, 1700000000000000::bigint + n from generate_series(1, {form.Tools}) n;
            analyze totals
            """);
        await using var redis = await ConnectionMultiplexer.ConnectAsync($"{whole.Redis.Configuration},allowAdmin=true,syncTimeout=60000,asyncTimeout=60000");
        report.Say($"    filled for the first time after {await FilledAsync(form, redis):0.0} s");

        var took = new List<double>();
        for (var round = 0; round < form.Rounds; round++)
        {
            var cpu = Processes.Seconds(whole.Tally.Pid);
            await whole.Redis.FlushAll();
            took.Add(await FilledAsync(form, redis));
            report.Say($"    round {round}: {took[^1]:0.0} s, of Tally's CPU {Processes.Seconds(whole.Tally.Pid) - cpu:0.0} s; its memory {VoteRate.Resident(whole.Tally.Pid):0} MiB; Voting's {VoteRate.Resident(whole.Voting[0].Pid):0} MiB");
        }

        await EqualAsync(form, report, whole, redis);
        report.AtLeast("counters rebuilt, million tools a minute", 1, form.Tools / 1e6 / (Report.Median(took) / 60), $"{form.Tools:N0} in {Report.Median(took):0.0} s, the wait for the next reconcile included");
    }

    // However it is found out that they are gone: nobody tells Tally.
    private static async Task<double> FilledAsync(Form form, ConnectionMultiplexer redis)
    {
        var clock = Stopwatch.StartNew();
        while (await redis.GetDatabase().HashLengthAsync(Counters) < form.Tools)
        {
            if (clock.Elapsed > TimeSpan.FromMinutes(5))
                throw new TimeoutException($"After five minutes there are {await redis.GetDatabase().HashLengthAsync(Counters):N0} counters.");
            await Task.Delay(50);
        }

        return clock.Elapsed.TotalSeconds;
    }

    private static async Task EqualAsync(Form form, Report report, Whole whole, ConnectionMultiplexer redis)
    {
        var kept = (await redis.GetDatabase().HashGetAllAsync(Counters)).ToDictionary(counter => (string)counter.Name!, counter => (string)counter.Value!);
        var differing = Enumerable.Range(1, form.Tools).Count(n => !kept.TryGetValue($"made-{n}", out var counter) || !counter.StartsWith($"{n % 1000 + n % 77 + 1} {n % 1000} {n % 77} ", StringComparison.Ordinal));
        report.Add("counters that differ from the ledger afterwards", "0", $"{differing}", differing == 0);
    }
}
