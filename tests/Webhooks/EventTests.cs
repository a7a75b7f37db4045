using Shouldly;
using Testing.Servers;
using Xunit;

namespace Webhooks.Tests;

public abstract class EventTests(SharedPostgres? postgres) : IAsyncLifetime
{
    private Publisher _publisher = null!;

    public async ValueTask InitializeAsync() => _publisher = await Publisher.OnAsync(postgres);

    public ValueTask DisposeAsync() => _publisher.DisposeAsync();

    private async Task<HttpClient> HearingAsync(params object[] events)
    {
        var client = await _publisher.StartAsync();
        await Publisher.RegisterAsync(client, _publisher.Receiver.Address, events);
        return client;
    }

    private DateTimeOffset Now => _publisher.Time.GetUtcNow();

    /// <summary>The messages once a last one, which a test asks for, has arrived behind them.</summary>
    private async Task<IReadOnlyList<Received>> HeardAsync(HttpClient client)
    {
        var id = (await Publisher.GetAsync(client, "/api/webhooks"))["webhooks"]![0]!["id"];
        var all = $"/api/webhooks/{id}/deliveries?state=";
        await _publisher.AsTimePassesAsync(
            async () =>
                (await Publisher.GetAsync(client, all + "waiting"))["deliveries"]!.AsArray().Count == 0
                && (await Publisher.GetAsync(client, all + "sending"))["deliveries"]!.AsArray().Count == 0,
            "everything has left"
        );
        // Once an id: an attempt that takes longer than its lease on the test's clock is made again, as the promise allows.
        return [.. _publisher.Receiver.All.DistinctBy(message => message.Id)];
    }

    [Fact]
    public async Task Each_milestone_is_told_once_however_votes_come_and_go()
    {
        var client = await HearingAsync(
            new { type = "tool.milestone", conditions = new { tools = new[] { "alpha" }, votes = new[] { 2, 5 } } }
        );
        foreach (var ship in (int[])[1, 2, 3, 1, 2, 6, 4, 5])
        {
            await _publisher.VotesAsync("alpha", ship, 0);
            await _publisher.VotesAsync("beta", ship, 0);
        }

        await _publisher.Receiver.GetAsync(2);
        await _publisher.KnowsAsync("select count(*) from tools where version = 8", 2);
        (await HeardAsync(client)).Select(message => (long)message.Data["votes"]!).ShouldBe([2, 5]);
    }

    [Fact]
    public async Task A_milestone_that_no_message_brought_is_told_all_the_same()
    {
        await HearingAsync(new { type = "tool.milestone" });
        _publisher.Neighbours.Count("alpha", 7, 4);
        await _publisher.KnowsAsync("select count(*) from tools where version = 1", 1);
        ((long)(await _publisher.Receiver.GetAsync(1))[0].Data["votes"]!).ShouldBe(10);
    }

    [Fact]
    public async Task A_majority_flips_when_the_interval_leaves_one_half_on_the_other_side()
    {
        var client = await HearingAsync(new { type = "tool.majority_flipped" });
        await _publisher.VotesAsync("alpha", 10, 1);
        await _publisher.KnowsAsync("select count(*) from tools where side = 'ship'", 1);
        await _publisher.VotesAsync("alpha", 10, 11);
        await _publisher.VotesAsync("alpha", 10, 40);
        await _publisher.VotesAsync("alpha", 10, 41);
        var flip = (await _publisher.Receiver.GetAsync(1))[0];
        await _publisher.KnowsAsync("select count(*) from tools where version = 4", 1);
        (await HeardAsync(client)).ShouldHaveSingleItem();
        ((string?)flip.Data["from"], (string?)flip.Data["to"]).ShouldBe(("ship", "skip"));
    }

    [Fact]
    public async Task Panel_and_community_that_come_to_disagree_are_told_once()
    {
        var client = await HearingAsync(new { type = "panel.community_disagree" });
        _publisher.Neighbours.Offer("alpha", Now, reviews: new Neighbours.Review("ada", "ship", "Good.", Now));
        await _publisher.KnowsAsync("select count(*) from tools where panel_ship = 1", 1);
        await _publisher.VotesAsync("alpha", 0, 10);
        await _publisher.VotesAsync("alpha", 0, 11);
        var message = (await _publisher.Receiver.GetAsync(1))[0];
        await _publisher.KnowsAsync("select count(*) from tools where version = 2", 1);
        (await HeardAsync(client)).ShouldHaveSingleItem();
        message
            .Data.ToJsonString()
            .ShouldBe("""{"tool":"alpha","name":"ALPHA","community":"skip","panel":{"verdict":"ship","ship":1,"skip":0}}""");
    }

    [Fact]
    public async Task Prices_that_change_are_told_as_readers_see_them()
    {
        await HearingAsync(new { type = "price.changed", conditions = new { tools = new[] { "alpha" } } });
        _publisher.Neighbours.Offer("beta", Now, entry: "$9 a month");
        _publisher.Neighbours.Offer("alpha", Now, entry: "$5 a month", plan: 25);
        var message = (await HearAsync(1))[0];
        message.Data["changes"]!
            .ToJsonString()
            .ShouldBe(
                """[{"what":"entryPrice","from":"Free","to":"$5 a month"},{"what":"plan","name":"Pro","from":"20 USD a month","to":"25 USD a month"}]"""
            );
    }

    [Fact]
    public async Task A_review_is_told_when_it_is_new_and_when_it_is_rewritten_but_never_a_sample_or_an_old_one()
    {
        var client = await HearingAsync(new { type = "review.published" });
        var old = new Neighbours.Review("old", "ship", "Before the endpoint.", Now.AddDays(-1));
        var sample = new Neighbours.Review("sample", "skip", "Nobody's opinion.", Now, Sample: true);
        var later = Now.AddMinutes(1);
        _publisher.Neighbours.Offer("alpha", later, reviews: [old, sample, new("ada", "ship", "Good.", later)]);
        await HearAsync(1);
        _publisher.Neighbours.Offer("alpha", later, reviews: [old, sample, new("ada", "skip", "Not so good.", later.AddMinutes(1))]);
        await HearAsync(2);
        (await HeardAsync(client)).Select(message => (string)message.Data["quote"]!).ShouldBe(["Good.", "Not so good."]);
    }

    [Fact]
    public async Task A_comparison_and_an_issue_are_told_once_and_only_to_endpoints_that_were_there()
    {
        _publisher.Neighbours.Compare("alpha", "beta", Now.AddDays(-1));
        var client = await HearingAsync(new { type = "comparison.published" }, new { type = "newsletter.published" });
        _publisher.Neighbours.Compare("beta", "gamma", Now.AddMinutes(1));
        _publisher.Neighbours.Publish("2026-w48", Now.AddMinutes(1));
        await HearAsync(2);
        await _publisher.KnowsAsync("select count(*) from told", 3);
        (await HeardAsync(client))
            .Select(message => (string)message.Data["path"]!)
            .Order()
            .ShouldBe(["/compare/beta-vs-gamma", "/newsletter/2026-w48"]);
    }

    [Fact]
    public async Task Replicas_that_see_the_same_change_tell_it_once()
    {
        var client = await HearingAsync(
            new { type = "price.changed" },
            new { type = "tool.milestone" },
            new { type = "comparison.published" }
        );
        await _publisher.StartAsync();
        await _publisher.StartAsync();
        for (var price = 1; price <= 5; price++)
        {
            _publisher.Neighbours.Offer("alpha", Now, entry: $"${price}");
            _publisher.Neighbours.Compare("alpha", $"tool-{price}", Now);
            await HearAsync(2 * price);
        }

        await _publisher.VotesAsync("alpha", 10, 0);
        _publisher.Time.Advance(TimeSpan.FromMinutes(1));
        await HearAsync(11);
        var heard = await HeardAsync(client);
        heard.Count.ShouldBe(11);
    }

    private async Task<IReadOnlyList<Received>> HearAsync(int count)
    {
        await _publisher.AsTimePassesAsync(
            () => Task.FromResult(_publisher.Receiver.All.Count >= count),
            $"{count} messages arrived",
            TimeSpan.FromSeconds(1)
        );
        return _publisher.Receiver.All;
    }
}

public sealed class EventsOnSqlite() : EventTests(null);

public sealed class EventsOnPostgres(SharedPostgres server) : EventTests(server);
