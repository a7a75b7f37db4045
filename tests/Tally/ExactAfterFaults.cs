using Shouldly;
using Testing;
using Xunit;

namespace Tally.Tests;

/// <summary>Exact: what a fault lost is mended soon after its end, on every replica.</summary>
public sealed class ExactAfterFaults : IAsyncLifetime
{
    private FakeLedger _ledger = null!;
    private RedisServer _redis = null!;
    private TallyProcess _one = null!;
    private TallyProcess _two = null!;

    public async ValueTask InitializeAsync()
    {
        _ledger = await FakeLedger.StartAsync("aider", "zed");
        _redis = await RedisServer.StartNewAsync();
        _one = await TallyProcess.StartAsync(_ledger, _redis.Connection);
        _two = await TallyProcess.StartAsync(_ledger, _redis.Connection);
    }

    public async ValueTask DisposeAsync()
    {
        await _one.DisposeAsync();
        await _two.DisposeAsync();
        await _redis.DisposeAsync();
        await _ledger.DisposeAsync();
    }

    [Fact]
    public async Task What_one_replica_is_told_the_readers_of_the_other_see()
    {
        await using var reader = await _two.ConnectAsync();
        await reader.WatchAsync("zed");
        await _one.VoteAsync("zed", "ship");
        (await reader.ReachAsync("zed", 1)).ShouldBe(await _one.TallyAsync("zed"));
    }

    [Fact]
    public async Task A_message_that_was_never_sent_is_made_up_for_on_both_replicas()
    {
        await using var reader = await _two.ConnectAsync();
        await reader.WatchAsync("zed");
        _ledger.Commit("zed", "skip");
        await reader.ReachAsync("zed", 1);
        (await _one.ReachAsync("zed", 1)).ShouldBe(await _two.ReachAsync("zed", 1));
    }

    [Fact]
    public async Task An_emptied_Redis_is_filled_again_with_counters_and_history()
    {
        _ledger.WithoutTimes = true;
        for (var i = 0; i < 5; i++)
            await _one.VoteAsync("zed", "ship");
        await _two.ReachAsync("zed", 5);
        await Eventually.GetAsync(() => _redis.AskAsync("ZCARD {tally}:history:day:zed"), count => count == ":1");
        var tally = await _one.TallyAsync("zed");

        (await _redis.AskAsync("FLUSHALL")).ShouldBe("+OK");
        await Eventually.GetAsync(() => _redis.AskAsync("HLEN {tally}:counters"), count => count == ":5");
        await Eventually.GetAsync(() => _redis.AskAsync("ZCARD {tally}:history:day:zed"), count => count == ":1");
        (await _one.TallyAsync("zed")).ShouldBe(tally);

        // A replica that starts now knows nothing but what was made again.
        await using var third = await TallyProcess.StartAsync(_ledger, _redis.Connection);
        (await third.TallyAsync("zed")).ShouldBe(tally);
        (await third.HistoryAsync("zed", "day")).Points.Single().Ship.ShouldBe(5);
    }

    [Fact]
    public async Task While_Redis_is_dead_readers_are_served_and_stay_connected_and_all_is_exact_when_it_is_back()
    {
        await using var reader = await _two.ConnectAsync();
        await _one.VoteAsync("zed", "ship");
        await _two.ReachAsync("zed", 1);
        await reader.WatchAsync("zed");

        await _redis.KillAsync();
        await Eventually.HoldsAsync(async () => (await _two.Http.GetAsync("/api/tallies/zed")).Headers.Contains("Tally-Age"));
        // Found out at most once a second.
        await Eventually.HoldsAsync(async () =>
            (await _two.Http.GetStringAsync("/health/ready")).Contains("Degraded", StringComparison.Ordinal)
        );
        ((int)(await _two.Http.GetAsync("/api/tallies/zed/history")).StatusCode).ShouldBe(503);
        // The ledger is asked directly meanwhile, so even now votes come through.
        await _one.VoteAsync("zed", "skip");
        await reader.ReachAsync("zed", 2);

        await _redis.StartAsync();
        await Eventually.HoldsAsync(async () => !(await _two.Http.GetAsync("/api/tallies/zed")).Headers.Contains("Tally-Age"));
        await Eventually.HoldsAsync(async () => !(await _one.Http.GetAsync("/api/tallies/zed")).Headers.Contains("Tally-Age"));
        (await _redis.AskAsync("HLEN {tally}:counters")).ShouldBe(":5", "two fields for each of two tools, and the epoch");

        // With the ledger away, what follows can only have come through Redis: replicas hear each other again.
        _ledger.IsAway = true;
        await _one.VoteAsync("zed", "ship");
        await reader.ReachAsync("zed", 3);
        reader.Connection.State.ShouldBe(Microsoft.AspNetCore.SignalR.Client.HubConnectionState.Connected);
        reader.Pushes.Select(push => push.Version).ShouldBe([2, 3]);
    }

    [Fact]
    public async Task Fresh_what_the_bus_brings_reaches_readers_while_Redis_and_the_ledger_are_away()
    {
        await using var reader = await _one.ConnectAsync();
        await reader.WatchAsync("zed");
        await _redis.KillAsync();
        _ledger.IsAway = true;

        await _one.VoteAsync("zed", "ship");

        (await reader.ReachAsync("zed", 1)).ShipPercent.ShouldBe(100);
    }

    [Fact]
    public async Task A_replica_starts_without_Redis_and_finds_it_later()
    {
        await _redis.KillAsync();
        await using var late = await TallyProcess.StartAsync(_ledger, _redis.Connection);
        (await late.TallyAsync("zed")).Version.ShouldBe(0);
        await _redis.StartAsync();
        await using var reader = await late.ConnectAsync();
        await reader.WatchAsync("zed");
        await Eventually.HoldsAsync(async () => !(await late.Http.GetAsync("/api/tallies/zed")).Headers.Contains("Tally-Age"));
        await Eventually.HoldsAsync(async () => !(await _one.Http.GetAsync("/api/tallies/zed")).Headers.Contains("Tally-Age"));
        _ledger.IsAway = true;
        await _one.VoteAsync("zed", "ship");
        await reader.ReachAsync("zed", 1);
    }
}
