using System.Net.Http.Json;
using System.Text.Json;
using Contracts;
using Microsoft.AspNetCore.SignalR.Client;
using Shouldly;
using Tally.State;
using Testing;
using Xunit;

namespace Tally.Tests;

/// <summary>Counters are hints and the ledger is the authority: whatever somebody else writes or publishes is corrected within seconds,
/// wherever it showed.</summary>
public abstract class ExactByTheLedgersWord : IAsyncLifetime
{
    private const long Huge = 9_000_000_000_000_000;

    protected FakeLedger Ledger { get; private set; } = null!;
    protected TallyProcess Tally { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Ledger = await FakeLedger.StartAsync("aider", "zed");
        Tally = await TallyProcess.StartAsync(Ledger, await CountersAsync());
        for (var vote = 0; vote < 3; vote++)
            await Tally.VoteAsync("zed", "ship");
        await Tally.VoteAsync("aider", "skip");
        await Tally.ReachAsync("aider", 1);
        await Tally.ReachAsync("zed", 3);
    }

    public virtual async ValueTask DisposeAsync()
    {
        await Tally.DisposeAsync();
        await Ledger.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected abstract Task<string> CountersAsync();

    [Theory]
    [InlineData("""[{"tool":"zed","ship":9,"skip":0,"version":9},{"tool":"zed","ship":8,"skip":0,"version":8}]""")]
    [InlineData(
        """[{"tool":"zed","ship":0,"skip":0,"version":9223372036854775807},{"tool":"aider","ship":0,"skip":0,"version":9223372036854775807}]"""
    )]
    [InlineData("""[{"tool":"zed","ship":-1,"skip":9223372036854775807,"version":-9223372036854775808},null]""")]
    [InlineData("""[{"tool":"zed","ship":1e400}]""")]
    [InlineData("[")]
    public async Task Bounded_totals_that_are_nonsense_change_nothing_and_end_nothing(string nonsense)
    {
        var asked = Ledger.Asked;
        Ledger.Nonsense = nonsense;
        await Eventually.HoldsAsync(() => Ledger.Asked > asked + 2);
        Ledger.Nonsense = null;
        await Tally.VoteAsync("zed", "ship");
        await Tally.ReachAsync("zed", 4);
        (await Tally.TallyAsync("zed")).Ship.ShouldBe(4);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Exact_one_forged_message_is_corrected_in_every_answer_and_hub_readers_begin_again(bool negotiate)
    {
        await using var reader = await Tally.ConnectAsync(negotiate: negotiate);
        var closed = Closed(reader);
        await reader.WatchAsync("zed", "aider");

        await ForgeAsync();
        await reader.ReachAsync("zed", Huge);

        await CorrectedAsync();
        await closed.WaitAsync(TimeSpan.FromSeconds(10));
        reader.Pushes.Select(push => push.Version).ShouldBe([Huge], "forward only: nothing lower comes on the same connection");
        await using var again = await Tally.ConnectAsync(negotiate: negotiate);
        (await again.WatchAsync("zed")).Single().ShouldBe(await Tally.TallyAsync("zed"));
        await Tally.VoteAsync("zed", "ship");
        (await again.ReachAsync("zed", 4)).Ship.ShouldBe(4);
    }

    [Fact]
    public async Task Exact_one_forged_message_leaves_readers_of_other_tools_where_they_are()
    {
        await using var reader = await Tally.ConnectAsync(negotiate: false);
        await reader.WatchAsync("aider");
        await ForgeAsync();
        await Tally.ReachAsync("zed", Huge);
        await CorrectedAsync();

        await Tally.VoteAsync("aider", "ship");
        await reader.ReachAsync("aider", 2);
        reader.Connection.State.ShouldBe(HubConnectionState.Connected);
    }

    [Fact]
    public async Task Exact_an_event_stream_that_showed_a_forged_total_ends_and_tells_the_right_one_when_it_is_resumed()
    {
        using var response = await OpenAsync("zed", "aider");
        await ForgeAsync();

        // To its end: the process ends it, not the client.
        var events = await ReadEventsAsync(response);
        events.Select(told => told.Tally.Version).ShouldBe([3, 1, Huge]);
        await CorrectedAsync();

        using var resumed = await ResumeAsync(events[^1].Id, "zed", "aider");
        (await FirstAsync(resumed)).Tally.ShouldBe(await Tally.TallyAsync("zed"));
    }

    [Fact]
    public async Task A_stream_that_is_resumed_tells_only_what_changed()
    {
        using var response = await OpenAsync("zed", "aider");
        using var lines = new System.IO.StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        await NextAsync(lines);
        var last = await NextAsync(lines);
        last.Id.ShouldBe($"{Ledger.Epoch} zed=3 aider=1");

        await Tally.VoteAsync("aider", "ship");
        await Tally.ReachAsync("aider", 2);
        using var resumed = await ResumeAsync(last.Id, "zed", "aider");
        var first = await FirstAsync(resumed);
        (first.Tally.Tool, first.Tally.Version, first.Id).ShouldBe(("aider", 2, $"{Ledger.Epoch} zed=3 aider=2"));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("1")]
    [InlineData("-1 zed=3 aider=1")]
    [InlineData("99999999999999999999 zed=3 aider=1")]
    [InlineData("1 zed=x aider= =1 =")]
    [InlineData("1 zed=9223372036854775807 aider=9223372036854775808")]
    public async Task Bounded_a_stream_that_is_resumed_from_a_malformed_position_begins_with_every_tool(string lastEventId)
    {
        using var response = await ResumeAsync(lastEventId, "zed", "aider");
        response.StatusCode.ShouldBe(System.Net.HttpStatusCode.OK);
        using var lines = new System.IO.StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        (await NextAsync(lines)).Tally.Tool.ShouldBe("zed");
        (await NextAsync(lines)).Id.ShouldBe($"{Ledger.Epoch} zed=3 aider=1");
    }

    [Fact]
    public async Task Exact_a_total_that_is_only_a_little_ahead_or_counts_otherwise_at_the_same_version_is_corrected()
    {
        await Tally.PublishAsync(new ToolTotals("zed", 0, 4, 4, DateTimeOffset.UtcNow, Ledger.Epoch));
        await Tally.ReachAsync("zed", 4);
        // The ledger comes to the very version of the forged one.
        await Tally.VoteAsync("zed", "ship");
        await Eventually.GetAsync(() => Tally.TallyAsync("zed"), tally => (tally.Ship, tally.Skip, tally.Version) == (4, 0, 4));
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(0, 1)]
    public async Task Exact_held_or_void_votes_that_the_ledger_does_not_have_are_corrected(long held, long isVoid)
    {
        await Tally.PublishAsync(new ToolTotals("zed", 1, 0, 4, DateTimeOffset.UtcNow, Ledger.Epoch, held, isVoid));
        await Tally.ReachAsync("zed", 4);
        // The ledger comes to the very version of the forged one, with the same ship and skip.
        Ledger.Hold("zed", "ship");
        await Eventually.GetAsync(
            () => Tally.TallyAsync("zed"),
            tally => (tally.Ship, tally.Held, tally.Void, tally.Version) == (2, 1, 0, 4)
        );
        await Tally.PublishAsync(Ledger.Hold("zed", "ship"));
        (await Tally.ReachAsync("zed", 5)).Held.ShouldBe(2);
    }

    [Fact]
    public async Task Exact_a_forged_number_of_networks_ranks_no_tool()
    {
        await Tally.PublishAsync(new ToolTotals("zed", 23, 0, 23, DateTimeOffset.UtcNow, Ledger.Epoch, Networks: 1_000_000));
        await Tally.ReachAsync("zed", 23);
        Ledger.Crowd("zed", 20, 1);
        await Eventually.GetAsync(
            () => Tally.Http.GetFromJsonAsync<ToolTally[]>("/api/tallies/top"),
            top => top!.Select(tally => tally.Tool).SequenceEqual(["aider"])
        );
        (await Tally.TallyAsync("zed")).Ship.ShouldBe(23);
    }

    [Fact]
    public async Task A_forged_epoch_is_shown_to_nobody()
    {
        await using var reader = await Tally.ConnectAsync();
        await reader.WatchAsync("zed");
        await Tally.PublishAsync(new ToolTotals("zed", 7, 93, 100, DateTimeOffset.UtcNow, Huge));
        await Tally.VoteAsync("zed", "ship");

        await reader.ReachAsync("zed", 4);
        reader.Pushes.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Bounded_totals_with_more_votes_than_entries_are_left_out()
    {
        await Tally.PublishAsync(
            new ToolTotals("zed", 7, 99_993, 99_999, DateTimeOffset.UtcNow, Ledger.Epoch),
            Ledger.Commit("aider", "ship")
        );
        await Tally.ReachAsync("aider", 2);
        (await Tally.TallyAsync("zed")).Version.ShouldBe(3);
    }

    [Fact]
    public async Task Totals_without_an_epoch_come_from_the_release_before_and_count_as_of_this_one()
    {
        await Tally.PublishAsync(Ledger.Commit("zed", "ship") with { Epoch = 0 });
        (await Tally.ReachAsync("zed", 4)).Epoch.ShouldBe(Ledger.Epoch);
    }

    [Fact]
    public async Task Exact_after_a_restored_backup_whose_new_epoch_wins_on_the_same_connection_and_history_follows()
    {
        await Tally.PublishAsync(Ledger.Commit("zed", "ship", at: DateTimeOffset.UtcNow.AddDays(-3)));
        await Eventually.GetAsync(
            () => Tally.HistoryAsync("zed", "day"),
            history => history.Points.Count == 1 && history.Points[0].Ship == 4
        );
        await using var reader = await Tally.ConnectAsync();
        await reader.WatchAsync("zed", "aider");

        Ledger.Restore(entries: 2, begin: true);

        var tally = await Eventually.GetAsync(
            () => Task.FromResult(reader.Pushes.LastOrDefault(push => push.Tool == "zed")),
            push => push?.Epoch == Ledger.Epoch
        );
        (tally!.Ship, tally.Version).ShouldBe((2, 2));
        await Eventually.GetAsync(
            () => Task.FromResult(reader.Pushes.LastOrDefault(push => push.Tool == "aider")),
            push => push is { Total: 0, Version: 0 } && push.Epoch == Ledger.Epoch
        );
        reader.Connection.State.ShouldBe(HubConnectionState.Connected);
        await Eventually.GetAsync(() => Tally.HistoryAsync("zed", "day"), history => history.Points is [{ Ship: 2 }]);
        await Eventually.GetAsync(() => Tally.HistoryAsync("aider", "day"), history => history.Points.Count == 0);
        await Tally.VoteAsync("aider", "ship");
        await reader.ReachAsync("aider", 1);
    }

    [Fact]
    public async Task A_message_of_a_new_epoch_makes_the_ledger_be_asked_at_once()
    {
        await using var rare = await TallyProcess.StartAsync(Ledger, await CountersAsync(), "--Tally:ReconcileSeconds=600");
        Ledger.Restore(entries: 2, begin: true);
        await rare.PublishAsync(Ledger.Commit("aider", "ship"));
        await rare.ReachAsync("aider", 1);
        (await Eventually.GetAsync(() => rare.TallyAsync("zed"), tally => tally.Epoch == Ledger.Epoch)).Version.ShouldBe(2);
    }

    [Fact]
    public async Task Exact_after_a_restored_backup_for_which_nobody_began_an_epoch()
    {
        await using var reader = await Tally.ConnectAsync();
        var closed = Closed(reader);
        await reader.WatchAsync("zed");
        await Eventually.GetAsync(() => Tally.HistoryAsync("aider", "day"), history => history.Points.Count == 1);

        Ledger.Restore(entries: 2, begin: false);

        await Eventually.GetAsync(() => Tally.TallyAsync("zed"), tally => tally is { Ship: 2, Version: 2 });
        await Eventually.GetAsync(() => Tally.TallyAsync("aider"), tally => tally is { Total: 0, Version: 0 });
        await closed.WaitAsync(TimeSpan.FromSeconds(10));
        await Eventually.GetAsync(() => Tally.HistoryAsync("aider", "day"), history => history.Points.Count == 0);
        await Eventually.GetAsync(() => Tally.HistoryAsync("zed", "day"), history => history.Points is [{ Ship: 2 }]);
    }

    [Fact]
    public async Task What_the_ledger_overruled_is_counted_and_the_count_is_there_before()
    {
        await Eventually.GetAsync(OverruledAsync, count => count is not null);
        using var measured = new Measured(Tally);
        await ForgeAsync();
        await Tally.ReachAsync("zed", Huge);
        await CorrectedAsync();
        await CountedAsync(measured);
    }

    // Of this process alone: tests beside this one count in the same one.
    protected static Task CountedAsync(Measured measured) =>
        Eventually.GetAsync(() => Task.FromResult(measured["tally.counters.overruled"]), count => count > 0);

    protected async Task<double?> OverruledAsync()
    {
        var lines = (await Tally.Http.GetStringAsync("/metrics"))
            .Split('\n')
            .Where(line => line.StartsWith("tally_counters_overruled_total", StringComparison.Ordinal))
            .ToArray();
        return lines.Length == 0
            ? null
            : lines.Sum(line => double.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture));
    }

    protected async Task CorrectedAsync()
    {
        await Eventually.GetAsync(() => Tally.TallyAsync("zed"), tally => (tally.Ship, tally.Skip, tally.Version) == (3, 0, 3));
        (await Tally.HistoryAsync("zed", "day")).Points[^1].Ship.ShouldBe(3);
        (await Tally.Http.GetFromJsonAsync<ToolTally[]>("/api/tallies/top"))!
            .Select(tally => (tally.Tool, tally.Total))
            .ShouldBe([("zed", 3), ("aider", 1)]);
    }

    private Task ForgeAsync() => Tally.PublishAsync(new ToolTotals("zed", 7, 99_993, Huge, DateTimeOffset.UtcNow, Ledger.Epoch));

    private static Task Closed(LiveReader reader)
    {
        var closed = new TaskCompletionSource();
        reader.Connection.Closed += _ =>
        {
            closed.TrySetResult();
            return Task.CompletedTask;
        };
        return closed.Task;
    }

    private Task<HttpResponseMessage> OpenAsync(params string[] tools) => ResumeAsync(lastEventId: null, tools);

    private Task<HttpResponseMessage> ResumeAsync(string? lastEventId, params string[] tools)
    {
        var request = new HttpRequestMessage(
            HttpMethod.Get,
            "/api/tallies/stream?" + string.Join('&', tools.Select(tool => $"tool={tool}"))
        );
        if (lastEventId is not null)
            request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        return Tally.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private static async Task<(string Id, ToolTally Tally)> FirstAsync(HttpResponseMessage response)
    {
        using var lines = new System.IO.StreamReader(await response.Content.ReadAsStreamAsync());
        return await NextAsync(lines);
    }

    private static async Task<List<(string Id, ToolTally Tally)>> ReadEventsAsync(HttpResponseMessage response)
    {
        using var lines = new System.IO.StreamReader(await response.Content.ReadAsStreamAsync());
        List<(string, ToolTally)> events = [];
        while (await TryNextAsync(lines) is { } told)
            events.Add(told);
        return events;
    }

    private static async Task<(string Id, ToolTally Tally)> NextAsync(System.IO.StreamReader lines) =>
        (await TryNextAsync(lines)).ShouldNotBeNull();

    private static async Task<(string Id, ToolTally Tally)?> TryNextAsync(System.IO.StreamReader lines)
    {
        var id = "";
        while (await lines.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30)) is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal))
                id = line[4..];
            if (line.StartsWith("data: ", StringComparison.Ordinal))
                return (id, JsonSerializer.Deserialize<ToolTally>(line[6..], JsonSerializerOptions.Web)!);
        }

        return null;
    }
}

public sealed class ExactByTheLedgersWordInMemory : ExactByTheLedgersWord
{
    protected override Task<string> CountersAsync() => Task.FromResult("memory");
}

public sealed class ExactByTheLedgersWordInRedis : ExactByTheLedgersWord
{
    private RedisServer? _redis;

    protected override async Task<string> CountersAsync() => (_redis ??= await RedisServer.StartNewAsync()).Connection;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _redis!.DisposeAsync();
    }

    [Theory]
    [InlineData("HSET {tally}:counters zed \"9000000000000000 7 99993 0\"")]
    [InlineData("HSET {tally}:counters zed \"99999999999999999999999999 7 99993 0\"")]
    [InlineData("HSET {tally}:counters zed \"5 7 99993 0\"")]
    [InlineData("HSET {tally}:counters zed \"3 0 3 0\"")]
    [InlineData("HSET {tally}:counters zed forged")]
    [InlineData("HSET {tally}:counters zed:apart \"7 0 3\"")]
    [InlineData("HSET {tally}:counters zed:apart \"0 7 3\"")]
    [InlineData("HSET {tally}:counters zed:apart \"99999999999999999999999999 0\"")]
    [InlineData("HSET {tally}:counters zed:apart forged")]
    [InlineData("HSET {tally}:counters :epoch 9000000000000000")]
    [InlineData("HSET {tally}:counters :epoch forged")]
    public async Task Exact_what_somebody_writes_into_Redis_is_shown_to_nobody_and_replaced(string command)
    {
        await using var reader = await Tally.ConnectAsync();
        await reader.WatchAsync("zed");

        await _redis!.AskAsync(command);

        await Eventually.HoldsAsync(async () =>
            await OfAsync("counters zed", "3 3 0 ")
            && await OfAsync("counters zed:apart", "0 0")
            && await OfAsync("counters :epoch", $"{Ledger.Epoch}")
        );
        reader.Pushes.ShouldBeEmpty();
        await CorrectedAsync();
        await Tally.VoteAsync("zed", "ship");
        await reader.ReachAsync("zed", 4);
    }

    [Theory]
    [InlineData("HSET {tally}:running :cursor 9000000000000000")]
    [InlineData("HSET {tally}:running :cursor forged")]
    [InlineData("HSET {tally}:running zed forged")]
    [InlineData("HSET {tally}:running zed \"7 99993 9000000000000000 0\"")]
    [InlineData("HSET {tally}:running zed \"0 3 3 0\"")]
    [InlineData("HSET {tally}:running :epoch 9000000000000000")]
    public async Task Exact_a_history_that_somebody_wrote_to_is_counted_again(string command)
    {
        await Eventually.HoldsAsync(() => OfAsync("running :cursor", "4"));
        await _redis!.AskAsync(command);
        await Eventually.HoldsAsync(async () =>
            await OfAsync("running :cursor", "4")
            && await OfAsync("running zed", "3 0 3 ")
            && await OfAsync("running :epoch", $"{Ledger.Epoch}")
        );
        // It goes on counting.
        await Tally.VoteAsync("zed", "skip");
        await Eventually.HoldsAsync(() => OfAsync("running zed", "3 1 4 "));
    }

    [Theory]
    [InlineData("counters")]
    [InlineData("running")]
    [InlineData("history:minute:zed")]
    public async Task Exact_a_key_of_another_type_stops_no_tool_and_is_made_again_from_the_ledger(string key)
    {
        await Eventually.HoldsAsync(() => OfAsync("running :cursor", "4"));
        using var measured = new Measured(Tally);
        await _redis!.AskAsync($"DEL {{tally}}:{key}");
        await _redis.AskAsync($"SET {{tally}}:{key} forged");

        await Tally.VoteAsync("zed", "ship");
        await Tally.VoteAsync("aider", "ship");

        await Tally.ReachAsync("zed", 4);
        await Tally.ReachAsync("aider", 2);
        await Eventually.HoldsAsync(async () => await OfAsync("counters zed", "4 4 0 ") && await OfAsync("counters aider", "2 1 1 "));
        await Eventually.HoldsAsync(async () => await OfAsync("running :cursor", "6") && await OfAsync("running zed", "4 0 4 "));
        await Eventually.HoldsAsync(async () => (await Tally.HistoryAsync("zed", "minute")).Points is [.., { Ship: 4, Skip: 0 }]);
        await CountedAsync(measured);
    }

    [Fact]
    public async Task What_a_release_before_epochs_left_in_Redis_is_understood()
    {
        await Tally.DisposeAsync();
        await _redis!.AskAsync("HDEL {tally}:counters :epoch");
        await _redis.AskAsync("HDEL {tally}:running :epoch");
        Ledger.Commit("aider", "ship");

        await using var upgraded = await TallyProcess.StartAsync(Ledger, _redis.Connection);
        await using var reader = await upgraded.ConnectAsync();

        (await reader.WatchAsync("zed")).Single().Version.ShouldBe(3);
        await Eventually.HoldsAsync(() => OfAsync("counters :epoch", $"{Ledger.Epoch}"));
        await Eventually.HoldsAsync(() => OfAsync("running :epoch", $"{Ledger.Epoch}"));
        (await OfAsync("running aider", "0 1 1 ") || await OfAsync("running aider", "1 1 2 ")).ShouldBeTrue(
            "what was counted is not counted again"
        );
    }

    private async Task<bool> OfAsync(string field, string beginning) =>
        (await _redis!.ValueAsync("HGET {tally}:" + field)).StartsWith(beginning, StringComparison.Ordinal);
}
