using System.Diagnostics;
using Shouldly;
using Testing;
using Xunit;

namespace Tally.Tests;

/// <summary>What asks the ledger again and again holds up no vote, and rests in between.</summary>
public sealed class FreshBesideReconciles
{
    [Fact]
    public async Task Fresh_a_vote_is_pushed_at_once_after_reconciles_that_brought_no_news()
    {
        await using var ledger = await FakeLedger.StartAsync("zed");
        // One push in ten seconds: a push without news would keep the vote for so long.
        await using var tally = await TallyProcess.StartAsync(
            ledger,
            "memory",
            "--Tally:PushesPerSecond=0.1",
            "--Tally:ReconcileSeconds=0.1"
        );
        await tally.VoteAsync("zed", "ship");
        await tally.ReachAsync("zed", 1);
        await using var reader = await tally.ConnectAsync();
        await reader.WatchAsync("zed");
        var asked = ledger.Asked;
        await Eventually.HoldsAsync(() => ledger.Asked > asked + 2);

        await tally.VoteAsync("zed", "skip");
        await reader.ReachAsync("zed", 2).WaitAsync(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Bounded_the_history_rests_between_two_looks_at_a_ledger_that_always_has_something_new()
    {
        await using var ledger = await FakeLedger.StartAsync("zed");
        ledger.NeverQuiet = "zed";
        await using var tally = await TallyProcess.StartAsync(ledger, "memory", "--Tally:HistorySeconds=0.5");
        await Eventually.HoldsAsync(() => ledger.Looked > 0);
        var (clock, looked) = (Stopwatch.StartNew(), ledger.Looked);

        await Eventually.HoldsAsync(() => ledger.Looked >= looked + 4);

        // Four looks need three whole pauses at least, whatever part of the first was over.
        clock.Elapsed.ShouldBeGreaterThan(TimeSpan.FromSeconds(1.4));
    }
}
