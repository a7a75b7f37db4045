using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Shouldly;
using Tally.State;
using Testing;
using Xunit;

namespace Tally.Tests;

/// <summary>What the hub promises those who negotiate, as SignalR's clients do by themselves.</summary>
public sealed class ForwardOnlyNegotiated() : ForwardOnly(negotiate: true);

/// <summary>The same for those who come straight by WebSocket, as the site's own pages do.</summary>
public sealed class ForwardOnlyStraight() : ForwardOnly(negotiate: false);

/// <summary>What the hub promises its readers.</summary>
public abstract class ForwardOnly(bool negotiate) : IAsyncLifetime
{
    private FakeLedger _ledger = null!;
    private TallyProcess _tally = null!;

    public async ValueTask InitializeAsync()
    {
        _ledger = await FakeLedger.StartAsync([.. Enumerable.Range(0, 60).Select(i => $"tool-{i}"), "aider", "zed"]);
        _tally = await TallyProcess.StartAsync(_ledger);
    }

    public async ValueTask DisposeAsync()
    {
        await _tally.DisposeAsync();
        await _ledger.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Fresh_a_reader_gets_a_snapshot_and_then_every_vote(bool messagePack)
    {
        await using var reader = await _tally.ConnectAsync(messagePack, negotiate);
        await _tally.VoteAsync("zed", "ship");
        await _tally.ReachAsync("zed", 1);

        var snapshots = await reader.WatchAsync("aider", "nobody", "zed");
        snapshots.Select(tally => (tally.Tool, tally.Version)).ShouldBe([("aider", 0L), ("zed", 1L)]);

        await _tally.VoteAsync("zed", "skip");
        (await reader.ReachAsync("zed", 2)).ShouldBe(await _tally.TallyAsync("zed"));
        await reader.Connection.InvokeAsync("Unwatch", new[] { "zed" });
        await _tally.VoteAsync("zed", "skip");
        await _tally.VoteAsync("aider", "skip");
        await reader.ReachAsync("aider", 1);
        await _tally.ReachAsync("zed", 3);
        reader.Pushes.Select(push => (push.Tool, push.Version)).ShouldBe([("zed", 2L), ("aider", 1L)]);
    }

    [Fact]
    public async Task Bounded_a_thousand_changes_are_few_pushes_that_end_with_the_newest()
    {
        await using var reader = await _tally.ConnectAsync(negotiate: negotiate);
        await reader.WatchAsync("zed");
        for (var i = 0; i < 1000; i++)
            await _tally.VoteAsync("zed", i % 3 == 0 ? "skip" : "ship");
        var last = await reader.ReachAsync("zed", 1000);
        (last.Ship, last.Skip).ShouldBe((666, 334));
        reader.Pushes.Length.ShouldBeLessThan(200);
        reader.Pushes.Select(push => push.Version).ShouldBeInOrder(SortDirection.Ascending);
    }

    [Fact]
    public async Task Watching_again_and_again_while_votes_rush_in_never_goes_backwards_and_ends_at_the_newest()
    {
        // How often the loop below gets to watch depends on the machine, and may be more than one connection's budget of calls.
        await using var unbounded = await TallyProcess.StartAsync(_ledger, settings: "--RateLimits:Enabled=false");
        await using var reader = await unbounded.ConnectAsync(negotiate: negotiate);
        List<long> seen = [];
        reader.Connection.Remove("TallyChanged");
        reader.Connection.On<ToolTally>(
            "TallyChanged",
            tally =>
            {
                lock (seen)
                    seen.Add(tally.Version);
            }
        );
        var voting = Task.Run(async () =>
        {
            for (var i = 0; i < 500; i++)
                await unbounded.VoteAsync("zed", "ship");
        });
        while (!voting.IsCompleted)
        {
            var snapshot = await reader.WatchAsync("zed");
            snapshot.Length.ShouldBe(1);
        }

        await voting;
        await Eventually.HoldsAsync(async () =>
        {
            var now = (await reader.WatchAsync("zed"))[0].Version;
            return now == 500;
        });
        lock (seen)
            seen.ShouldBeInOrder(SortDirection.Ascending);
    }

    [Fact]
    public async Task Bounded_what_can_not_be_watched_is_refused_with_a_clear_sentence()
    {
        await using var reader = await _tally.ConnectAsync(negotiate: negotiate);
        async Task<string> Refusal(object? tools) =>
            (await Should.ThrowAsync<HubException>(() => reader.Connection.InvokeAsync<ToolTally[]>("Watch", tools))).Message;

        (await Refusal(null)).ShouldContain("array of slugs");
        (await Refusal(new[] { "Not A Slug" })).ShouldContain("lower-case");
        (await Refusal(new string?[] { null })).ShouldContain("lower-case");
        (await Refusal(Enumerable.Range(0, 51).Select(i => $"tool-{i}").ToArray())).ShouldContain("at most 50");

        (await reader.WatchAsync([.. Enumerable.Range(0, 50).Select(i => $"tool-{i}")])).Length.ShouldBe(50);
        (await reader.WatchAsync("tool-0")).Length.ShouldBe(1);
        (await Refusal(new[] { "tool-50" })).ShouldContain("at most 50");
        await reader.Connection.InvokeAsync("Unwatch", new[] { "tool-0", "never-watched" });
        (await reader.WatchAsync("tool-50")).Length.ShouldBe(1);
    }

    [Fact]
    public async Task What_the_hub_does_not_have_is_refused_and_the_connection_stays()
    {
        await using var reader = await _tally.ConnectAsync(negotiate: negotiate);
        await Should.ThrowAsync<HubException>(() => reader.Connection.InvokeAsync("Vote", "zed", "ship"));
        await Should.ThrowAsync<HubException>(() => reader.Connection.InvokeAsync("Watch", 5));
        await Should.ThrowAsync<HubException>(() => reader.Connection.InvokeAsync("Watch"));
        await Should.ThrowAsync<HubException>(async () =>
            await reader.Connection.StreamAsync<ToolTally>("Watch", new[] { "zed" }).ToListAsync()
        );
        (await reader.WatchAsync("zed")).Length.ShouldBe(1);
    }
}
