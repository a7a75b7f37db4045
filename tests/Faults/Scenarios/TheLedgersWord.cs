using Faults.Tests.Crowd;
using Faults.Tests.Servers;
using Npgsql;
using Testing;
using Testing.Machine;
using Testing.Servers;

namespace Faults.Tests.Scenarios;

/// <summary>Counters are hints: whatever else is written there, the ledger has the last word on every page.</summary>
public sealed class TheLedgersWord(Site site, ITestOutputHelper output) : Scenario(site, output)
{
    private const long Huge = 9_000_000_000_000_000;

    [Fact]
    public Task Exact_when_one_forged_message_with_a_huge_version_was_shown_on_every_page() =>
        Judged(async load =>
        {
            await load.Votes(50);
            var tools = load.Watchers.SelectMany(watcher => watcher.Shown.Keys).Distinct().Take(3).ToList();
            var epoch = (await Api.Tallies(Site.Tally[0], tools))[0].Epoch;
            var connections = load.Watchers.Sum(watcher => watcher.Connections);
            await Poison.Forge(
                Site.Rabbit,
                "tally-totals",
                $"[{string.Join(',', tools.Select(tool =>
            $$"""{"tool":"{{tool}}","ship":7,"skip":99993,"version":{{Huge}},"at":"{{DateTimeOffset.UtcNow:O}}","epoch":{{epoch}}}"""))}]"
            );
            await Eventually.HoldsAsync(
                () => load.Watchers.Any(watcher => watcher.Shown.Values.Any(tally => tally.Version == Huge)),
                "pages show the forged total",
                TimeSpan.FromSeconds(10)
            );
            await load.Stop();
            Say(
                $"{load.Watchers.Count(watcher => watcher.Shown.Values.Any(tally => tally.Version == Huge))} of {load.Watchers.Count} pages showed it; {connections} connections before"
            );
        });

    [Fact]
    public Task Exact_when_somebody_wrote_huge_versions_into_Redis_and_nobody_votes() =>
        Judged(async load =>
        {
            await load.Stop();
            var tool = load.Watchers[0].Shown.Keys.First();
            await Site.Redis.Write("{tally}:counters", tool, $"{Huge} 7 99993 0");
            await Site.Redis.Write("{tally}:running", ":cursor", $"{Huge}");
            await Eventually.HoldsAsync(
                async () =>
                    !(await Site.Redis.Read("{tally}:counters", tool)).StartsWith($"{Huge}", StringComparison.Ordinal)
                    && await Site.Redis.Read("{tally}:running", ":cursor") != $"{Huge}",
                "Redis has the ledger's counter and counts its history again",
                TimeSpan.FromSeconds(10)
            );
        });

    [Fact]
    public Task Exact_after_yesterdays_backup_was_restored_while_pages_were_open() =>
        Judged(async load =>
        {
            await load.Votes(100);
            var yesterday = Dump();
            await load.Votes(200);
            await load.Stop();
            var today = Dump();
            var connected = load.Watchers.Sum(watcher => watcher.Connections);

            var sinceRestored = await Restore(yesterday);
            await Eventually.HoldsAsync(
                async () => await Disagreement(load) is { } disagreement ? throw new InvalidOperationException(disagreement) : true,
                "every replica and page shows the restored ledger (Exact)",
                Form.Settled - sinceRestored.Elapsed
            );
            Say(
                $"agreed {sinceRestored.Elapsed.TotalSeconds:0.0} s after the epoch began; {load.Watchers.Sum(watcher => watcher.Connections) - connected} pages had to connect again"
            );
            await Eventually.HoldsAsync(
                async () =>
                {
                    var totals = (await Api.Totals(Site.Voting[0])).First(total => total.Version > 0);
                    foreach (var replica in Site.Tally)
                        if (await Api.LastDay(replica, totals.Tool) is not { } day || (day.Ship, day.Skip) != (totals.Ship, totals.Skip))
                            return false;
                    return await Site.Redis.Read("{tally}:running", ":cursor")
                        == $"{(await Api.Totals(Site.Voting[0])).Sum(total => total.Version)}";
                },
                "the history follows",
                TimeSpan.FromSeconds(30)
            );

            // All that readers were told is in the ledger again, for the judge and for the scenarios that follow.
            await Restore(today);
        });

    private async Task<string?> Disagreement(Load load)
    {
        var totals = (await Api.Totals(Site.Voting[0])).ToDictionary(total => total.Tool);
        foreach (var replica in Site.Tally)
            if ((await Api.Tallies(replica, Site.Tools)).FirstOrDefault(tally => Differs(tally)) is { } wrong)
                return $"{replica.Name} shows {wrong}";
        foreach (var watcher in load.Watchers)
            if (!watcher.Complete || watcher.Shown.Values.FirstOrDefault(Differs) is not null)
                return $"{watcher} shows {watcher.Shown.Values.FirstOrDefault(Differs)}";
        return null;

        bool Differs(ToolTally tally) =>
            new Totals(tally.Tool, tally.Ship, tally.Skip, tally.Version)
            != totals.GetValueOrDefault(tally.Tool, new Totals(tally.Tool, 0, 0, 0));
    }

    private string Dump()
    {
        var dump = Path.GetTempFileName();
        Done(Programs.Run(Programs.Required("pg_dump", "postgresql"), [.. Server, "-Fc", "-f", dump, "ledger"]));
        return dump;
    }

    // As the runbook says.
    private async Task<System.Diagnostics.Stopwatch> Restore(string dump)
    {
        foreach (var replica in Site.Voting)
            await replica.Send(UnixSignal.Terminate);
        Done(Programs.Run(Programs.Required("pg_restore", "postgresql"), [.. Server, "--clean", "--if-exists", "-d", "ledger", dump]));
        File.Delete(dump);
        var (code, answer) = await Operator(
            "epoch",
            "begin",
            "--ledger",
            Site.Postgres.ConnectionTo("ledger"),
            "--reason",
            "A scenario restored a dump."
        );
        code.ShouldBe(0, answer);
        foreach (var replica in Site.Voting)
            replica.Launch();
        foreach (var replica in Site.Voting)
            await replica.Ready();
        return System.Diagnostics.Stopwatch.StartNew();
    }

    private string[] Server
    {
        get
        {
            var connection = new NpgsqlConnectionStringBuilder(Site.Postgres.ConnectionTo("ledger"));
            return ["-h", connection.Host!, "-p", connection.Port.ToString(), "-U", connection.Username!];
        }
    }

    private static void Done((int ExitCode, string Output) run) => run.ExitCode.ShouldBe(0, run.Output);
}
