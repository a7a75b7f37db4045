using System.Net.Http.Json;
using Contracts;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Tally.Reading;
using Tally.State;
using Testing;
using Xunit;

namespace Tally.Tests;

/// <summary>What has to hold whichever counters are used.</summary>
public abstract class ExactCounters : IAsyncLifetime
{
    protected FakeLedger Ledger { get; private set; } = null!;
    protected TallyProcess Tally { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Ledger = await FakeLedger.StartAsync("aider", "zed");
        // A reconcile would mend what these tests look at, so it comes rarely here.
        Tally = await TallyProcess.StartAsync(Ledger, await CountersAsync(), "--Tally:ReconcileSeconds=60");
    }

    public virtual async ValueTask DisposeAsync()
    {
        await Tally.DisposeAsync();
        await Ledger.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected abstract Task<string> CountersAsync();

    [Fact]
    public async Task Exact_totals_doubled_shuffled_and_late_end_at_the_newest()
    {
        var states = Enumerable.Range(1, 200).Select(_ => Ledger.Commit("zed", "ship")).ToArray();
        ToolTotals[] shuffled = [.. states, .. states];
        new Random(7).Shuffle(shuffled);
        foreach (var some in shuffled.Chunk(3))
            await Tally.PublishAsync(some);
        var tally = await Tally.ReachAsync("zed", 200);
        tally.Ship.ShouldBe(200);

        await Tally.PublishAsync(states[3]);
        await Tally.VoteAsync("aider", "skip");
        await Tally.ReachAsync("aider", 1);
        (await Tally.TallyAsync("zed")).ShouldBe(tally);
    }

    [Fact]
    public async Task Exact_held_and_void_votes_stand_beside_the_numbers_and_the_later_state_wins()
    {
        Ledger.Commit("zed", "ship");
        Ledger.Commit("zed", "ship");
        var held = Ledger.Hold("zed", "ship");
        var isVoid = Ledger.Void("zed");
        await using var reader = await Tally.ConnectAsync();
        await reader.WatchAsync("zed");

        await Tally.PublishAsync(held);
        (await reader.ReachAsync("zed", 3)).ShouldSatisfyAllConditions(
            push => (push.Ship, push.Skip, push.Total, push.ShipPercent).ShouldBe((1, 0, 1, 100)),
            push => (push.Held, push.Void).ShouldBe((1, 0))
        );
        await Tally.PublishAsync(isVoid);
        (await reader.ReachAsync("zed", 4)).ShouldSatisfyAllConditions(
            push => (push.Ship, push.Total).ShouldBe((1, 1)),
            push => (push.Held, push.Void).ShouldBe((0, 1))
        );

        await Tally.PublishAsync(held);
        await Tally.VoteAsync("aider", "ship");
        await Tally.ReachAsync("aider", 1);
        (await Tally.TallyAsync("zed")).ShouldBe(reader.Pushes[^1]);
    }

    [Fact]
    public async Task Twenty_votes_from_few_networks_are_shown_and_not_ranked()
    {
        foreach (var tool in (string[])["one-network", "nine", "ten", "unknown", "campus", "early"])
            Ledger.Tools.Add(tool);
        ToolTotals[] totals =
        [
            Ledger.Crowd("one-network", 20, 1),
            Ledger.Crowd("nine", 20, 9),
            Ledger.Crowd("ten", 20, 10),
            Ledger.Crowd("campus", 300, 10),
            Ledger.Crowd("early", 3, 2),
            // Counted by a release that did not look at networks.
            Ledger.Commit("unknown", "ship"),
        ];
        await Tally.PublishAsync(totals);
        await Tally.ReachAsync("unknown", 1);
        await RanksAsync(Tally);

        // What Redis keeps and what the ledger says in public are enough to know it.
        await using var late = await TallyProcess.StartAsync(Ledger, await CountersAsync());
        await RanksAsync(late);

        static async Task RanksAsync(TallyProcess process)
        {
            foreach (
                var list in (string[])
                    ["top?limit=10", "divided?limit=10", RankedOf("one-network", "nine", "ten", "unknown", "campus", "early")]
            )
                (await process.Http.GetFromJsonAsync<ToolTally[]>($"/api/tallies/{list}"))!
                    .Select(tally => tally.Tool)
                    .ShouldBe(["campus", "ten", "early", "unknown"], ignoreOrder: true, list);
            (await process.TallyAsync("one-network")).Ship.ShouldBe(20);
        }

        static string RankedOf(params string[] tools) => $"?ranked=true&{string.Join('&', tools.Select(tool => $"tool={tool}"))}";
    }

    [Fact]
    public async Task The_history_leaves_out_what_was_held()
    {
        var yesterday = new DateTimeOffset(DateTimeOffset.UtcNow.Date.AddDays(-1), TimeSpan.Zero);
        Ledger.Commit("zed", "ship", null, yesterday);
        Ledger.Commit("zed", "skip", null, yesterday);
        await Tally.PublishAsync(Ledger.Hold("zed", "skip"));
        await HasAsync("zed", "day", Point(yesterday.UtcDateTime.AddDays(1), 1, 1), Point(yesterday.UtcDateTime.AddDays(2), 1, 0));
    }

    [Fact]
    public async Task A_tool_is_known_as_soon_as_the_catalog_tells_of_it_and_telling_again_resets_nothing()
    {
        (await Tally.Http.GetAsync("/api/tallies/brand-new")).StatusCode.ShouldBe(System.Net.HttpStatusCode.NotFound);
        var told = new ToolsChanged
        {
            Tools =
            [
                new ToolState("brand-new", "Brand New", "developer-tools", false, 1),
                new ToolState("zed", "Zed", "developer-tools", true, 9),
            ],
        };
        await Tally.VoteAsync("zed", "ship");
        await Tally.ReachAsync("zed", 1);
        await Tally.App.Services.GetRequiredService<IBus>().Publish(told);
        await Tally.ReachAsync("brand-new", 0);
        (await Tally.TallyAsync("zed")).Ship.ShouldBe(1);
    }

    [Fact]
    public async Task Bounded_states_that_no_tool_could_have_are_left_out_and_those_beside_them_taken()
    {
        ToolState[] told =
        [
            null!,
            new("x", null!, null!, false, 1),
            new("Not A Slug\n", "", "", false, 1),
            new("x", "X", "x", false, long.MinValue),
            new("brand-new", "Brand New", "developer-tools", false, 1),
        ];
        await Tally.App.Services.GetRequiredService<IBus>().Publish(new ToolsChanged { Tools = told });
        await Tally.ReachAsync("brand-new", 0);
        (await Tally.Http.GetAsync("/api/tallies/x")).StatusCode.ShouldBe(System.Net.HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Bounded_totals_that_no_ledger_could_have_are_left_out()
    {
        await Tally.PublishAsync(
            new ToolTotals("zed", -1, 0, 5, DateTimeOffset.UtcNow),
            new ToolTotals("zed", 1, 0, 5, DateTimeOffset.UtcNow, Held: -1),
            new ToolTotals("zed", 1, 0, 5, DateTimeOffset.UtcNow, Void: long.MaxValue),
            new ToolTotals("zed", 1, 1, 5, DateTimeOffset.UtcNow, Held: 2, Void: 2),
            new ToolTotals("Not A Slug\n", 1, 0, 5, DateTimeOffset.UtcNow),
            Ledger.Commit("aider", "ship")
        );
        await Tally.ReachAsync("aider", 1);
        (await Tally.TallyAsync("zed")).Version.ShouldBe(0);
    }

    [Fact]
    public async Task Exact_the_history_is_what_the_ledgers_entries_add_up_to_over_the_borders_of_pages()
    {
        Ledger.PageSize = 2;
        var day = DateTimeOffset.UtcNow.Date.AddDays(-2);
        var start = new DateTimeOffset(day, TimeSpan.Zero).AddHours(1);
        Ledger.Commit("zed", "ship", null, start);
        Ledger.Commit("zed", "ship", null, start.AddSeconds(30));
        Ledger.Commit("zed", "skip", null, start.AddSeconds(59.999));
        Ledger.Commit("aider", "ship", null, start.AddSeconds(60));
        Ledger.Commit("zed", "skip", "ship", start.AddMinutes(1));
        // A clock that is behind must not write into a bucket that is over.
        Ledger.Commit("zed", null, "skip", start.AddSeconds(10));
        await Tally.PublishAsync(Ledger.Commit("zed", "ship", null, start.AddHours(30)));

        await HasAsync("zed", "day", Point(day.AddDays(1), 1, 1), Point(day.AddDays(2), 2, 1));
        await HasAsync("zed", "hour", Point(day.AddHours(2), 1, 1), Point(day.AddHours(32), 2, 1));
        await HasAsync("aider", "day", Point(day.AddDays(1), 1, 0));
    }

    [Fact]
    public async Task The_history_by_minutes_holds_a_day()
    {
        var now = DateTimeOffset.UtcNow;
        Ledger.Commit("zed", "ship", null, now.AddHours(-30));
        Ledger.Commit("zed", "ship", null, now.AddMinutes(-10));
        await Tally.PublishAsync(Ledger.Commit("zed", "skip", null, now));
        await HasAsync("zed", "minute", Point(Minute(now.AddMinutes(-9)), 2, 0), Point(Minute(now.AddMinutes(1)), 2, 1));
    }

    [Fact]
    public async Task The_open_bucket_of_the_history_is_as_new_as_the_tally()
    {
        await Tally.VoteAsync("zed", "ship");
        await Tally.VoteAsync("zed", "skip");
        var tally = await Tally.ReachAsync("zed", 2);
        var history = await Tally.HistoryAsync("zed", "day");
        history.Points[^1].ShouldBe(Point(tally.UpdatedAt!.Value.Date.AddDays(1), 1, 1));
    }

    private static TallyPoint Point(DateTime at, long ship, long skip) =>
        new(DateTime.SpecifyKind(at, DateTimeKind.Utc), ship, skip, Math.Round(100.0 * ship / (ship + skip), 1));

    private static DateTime Minute(DateTimeOffset time) => new(time.UtcDateTime.Ticks / TimeSpan.TicksPerMinute * TimeSpan.TicksPerMinute);

    private Task<TallyHistory> HasAsync(string tool, string bucket, params TallyPoint[] points) =>
        Eventually.GetAsync(() => Tally.HistoryAsync(tool, bucket), history => history.Points.SequenceEqual(points));
}

public sealed class ExactMemoryCounters : ExactCounters
{
    protected override Task<string> CountersAsync() => Task.FromResult("memory");
}

public sealed class ExactRedisCounters : ExactCounters
{
    private RedisServer? _redis;

    protected override async Task<string> CountersAsync() => (_redis ??= await RedisServer.StartNewAsync()).Connection;

    [Theory]
    [InlineData("epoch")]
    [InlineData("trace")]
    [InlineData("zed")]
    public async Task Exact_held_and_void_votes_come_to_every_replica_whatever_the_tools_name(string tool)
    {
        Ledger.Tools.Add(tool);
        await using var other = await TallyProcess.StartAsync(Ledger, _redis!.Connection, "--Tally:ReconcileSeconds=60");
        await Tally.VoteAsync(tool, "ship");
        await Tally.VoteAsync(tool, "ship");
        await Tally.PublishAsync(Ledger.Hold(tool, "ship"));
        var tally = await other.ReachAsync(tool, 3);
        (tally.Ship, tally.Held, tally.Void).ShouldBe((1, 1, 0));

        // One that starts has them from Redis, also while the ledger is away.
        Ledger.IsAway = true;
        await using var late = await TallyProcess.StartAsync(Ledger, _redis.Connection);
        (await late.TallyAsync(tool)).ShouldBe(tally);
    }

    [Fact]
    public async Task Exact_beside_a_replica_of_the_release_before_held_votes_neither_stops_the_other()
    {
        await Tally.VoteAsync("zed", "ship");
        await Tally.VoteAsync("zed", "ship");
        await Tally.PublishAsync(Ledger.Hold("zed", "ship"));
        await Tally.ReachAsync("zed", 3);
        // Its script and its parser know a counter by these four numbers, and take anything else for none.
        (await _redis!.ValueAsync("HGET {tally}:counters zed")).ShouldMatch("^3 1 0 [0-9]+$");

        // It writes and tells without a word of held votes.
        var next = Ledger.Commit("zed", "ship");
        var state = $"{next.Version} {next.Ship} {next.Skip} {next.At.ToUnixTimeMilliseconds()}";
        await _redis.AskAsync($"HSET {{tally}}:counters zed \"{state}\"");
        await _redis.AskAsync($"PUBLISH {{tally}}:moved \"zed {state}\\nepoch {next.Epoch}\"");
        (await Tally.ReachAsync("zed", 4)).Ship.ShouldBe(2);
        await using var upgraded = await TallyProcess.StartAsync(Ledger, _redis.Connection, "--Tally:ReconcileSeconds=0.2");
        (await upgraded.ReachAsync("zed", 4)).Held.ShouldBe(1);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _redis!.DisposeAsync();
    }
}
