using System.CommandLine;
using System.Diagnostics;
using Operator.Recounting;
using StackExchange.Redis;

namespace Operator.Rebuilding;

/// <summary>
/// <c>rebuild</c>: throws the counters and the history in Redis away and waits until Tally has made them again from the ledger. Votes and
/// pushes go on; readers keep the numbers they see. Nothing is written here: Tally's reconciler alone knows how counters are made.
/// </summary>
internal static class RebuildCommand
{
    private sealed record Facts(long Deleted, int Counters, double CountersSeconds, long HistoryEntries, double Seconds);

    public static Command Make()
    {
        var yes = new Option<bool>("--yes") { Description = "Do it. Without it only what would be done is said." };
        var patience = new Option<int>("--within")
        {
            Description = "Seconds to wait until everything is there again.",
            DefaultValueFactory = _ => 300,
        };
        var command = new Command("rebuild", "Make all counters and their history again from the ledger, while voting goes on.")
        {
            Site.Counters,
            Site.Voting,
            Site.Tally,
            yes,
            patience,
        };
        command.Does(
            async (parsed, cancellationToken) =>
            {
                var (voting, tally) = (
                    parsed.RequiredAddresses(Site.Voting),
                    await parsed.RequiredAddresses(Site.Tally).AllAsync(cancellationToken)
                );
                await using var redis = await ConnectionMultiplexer.ConnectAsync(parsed.Required(Site.Counters));
                if (!parsed.GetValue(yes))
                    throw new UnusableException(
                        $"This would delete {await Counters.CountAsync(redis, cancellationToken)} keys of the counters in "
                            + $"{string.Join(", ", redis.GetEndPoints().Select(at => at.ToString()))}; say --yes to do it."
                    );
                using var http = NamedRequests.NewClient();
                return await RebuildAsync(redis, http, voting, tally, TimeSpan.FromSeconds(parsed.GetValue(patience)), cancellationToken);
            },
            findings =>
            {
                var facts = (Facts)findings.Facts;
                Output.Table(
                    ["keys deleted", "counters", "back after", "entries in the history", "seconds in all"],
                    [
                        [
                            $"{facts.Deleted:N0}",
                            $"{facts.Counters:N0}",
                            $"{facts.CountersSeconds:0.0} s",
                            $"{facts.HistoryEntries:N0}",
                            $"{facts.Seconds:0.0}",
                        ],
                    ]
                );
            }
        );
        return command;
    }

    private static async Task<Findings> RebuildAsync(
        ConnectionMultiplexer redis,
        HttpClient http,
        IReadOnlyList<Uri> voting,
        IReadOnlyList<Uri> tally,
        TimeSpan patience,
        CancellationToken cancellationToken
    )
    {
        var claims = new Claims(http);
        var clock = Stopwatch.StartNew();
        var totals = await claims.TotalsAsync(voting[0], cancellationToken);
        var entries = totals.Sum(total => total.Version);
        var deleted = await Counters.DeleteAsync(redis, cancellationToken);

        var countersAfter = TimeSpan.Zero;
        var counters = new Counters(redis.GetDatabase());
        var complete = await Output.ProgressAsync(
            "counting the history again",
            async progress =>
            {
                while (clock.Elapsed < patience)
                {
                    var missing = await counters.MissingAsync(totals);
                    if (missing == 0 && countersAfter == TimeSpan.Zero)
                        countersAfter = clock.Elapsed;
                    var history = await counters.HistoryAsync();
                    progress.Report((totals.Count - missing + history) / Math.Max(1.0, totals.Count + entries));
                    if (missing == 0 && history >= entries)
                        return true;
                    await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
                }

                return false;
            }
        );

        List<string> wrongs = complete
            ? []
            :
            [
                $"After {patience.TotalSeconds:0} s {await counters.MissingAsync(totals)} counters are missing and "
                    + $"{entries - await counters.HistoryAsync()} entries of the history. Are Tally's replicas well?",
            ];
        foreach (
            var asked in await Task.WhenAll(
                tally.Select(replica => claims.TalliesAsync(replica, totals, TimeSpan.FromSeconds(10), cancellationToken))
            )
        )
            wrongs.AddRange(asked.Behind);
        return new Findings(
            wrongs.Count == 0,
            new Facts(deleted, totals.Count, countersAfter.TotalSeconds, await counters.HistoryAsync(), clock.Elapsed.TotalSeconds),
            wrongs
        );
    }
}
