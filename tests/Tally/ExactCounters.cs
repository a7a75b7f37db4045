using Contracts;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Tally.Reading;
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

    protected override async Task<string> CountersAsync() => (_redis = await RedisServer.StartNewAsync()).Connection;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _redis!.DisposeAsync();
    }
}
