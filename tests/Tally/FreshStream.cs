using System.Text.Json;
using Shouldly;
using Tally.State;
using Testing;
using Xunit;

namespace Tally.Tests;

/// <summary>The live tallies as server-sent events.</summary>
public sealed class FreshStream : IAsyncLifetime
{
    private FakeLedger _ledger = null!;
    private TallyProcess _tally = null!;

    public async ValueTask InitializeAsync()
    {
        _ledger = await FakeLedger.StartAsync("aider", "zed");
        _tally = await TallyProcess.StartAsync(_ledger, "memory", "--Tally:HeartbeatSeconds=0.2");
    }

    public async ValueTask DisposeAsync()
    {
        await _tally.DisposeAsync();
        await _ledger.DisposeAsync();
    }

    [Fact]
    public async Task A_stream_begins_with_how_the_tools_stand_and_goes_on_with_every_change()
    {
        await _tally.VoteAsync("zed", "ship");
        await _tally.ReachAsync("zed", 1);
        using var response = await OpenAsync("zed", "aider", "zed");
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        response.Headers.CacheControl!.NoStore.ShouldBeTrue();
        response.Headers.GetValues("X-Accel-Buffering").ShouldBe(["no"]);
        response.Headers.GetValues("Access-Control-Allow-Origin").ShouldBe(["*"]);

        var events = Events(response).GetAsyncEnumerator();
        (await NextAsync(events)).ShouldBe(await _tally.TallyAsync("zed"));
        (await NextAsync(events)).ShouldBe(await _tally.TallyAsync("aider"));
        await _tally.VoteAsync("aider", "skip");
        (await NextAsync(events)).Version.ShouldBe(1);
        await _tally.VoteAsync("zed", "skip");
        (await NextAsync(events)).ShouldBe(await _tally.ReachAsync("zed", 2));
    }

    [Fact]
    public async Task Forward_only_a_stream_that_opens_while_votes_rush_in_ends_at_the_newest()
    {
        var voting = Task.Run(async () =>
        {
            for (var i = 0; i < 300; i++)
                await _tally.VoteAsync("zed", "ship");
        });
        using var response = await OpenAsync("zed");
        List<long> versions = [];
        await foreach (var tally in Events(response))
        {
            versions.Add(tally.Version);
            if (tally.Version == 300)
                break;
        }

        await voting;
        versions.ShouldBeInOrder(SortDirection.Ascending);
        versions.Distinct().Count().ShouldBe(versions.Count);
    }

    [Fact]
    public async Task An_idle_stream_is_kept_alive_by_comments()
    {
        using var response = await OpenAsync("zed");
        using var reader = new System.IO.StreamReader(await response.Content.ReadAsStreamAsync());
        await Eventually.GetAsync(() => reader.ReadLineAsync(), line => line == ":");
    }

    [Fact]
    public async Task Drain_a_stream_ends_in_good_order_when_the_process_stops()
    {
        using var response = await OpenAsync("zed");
        var stopping = _tally.App.StopAsync();
        await foreach (var _ in Events(response)) { }

        await stopping;
    }

    private Task<HttpResponseMessage> OpenAsync(params string[] tools) =>
        _tally.Http.GetAsync(
            "/api/tallies/stream?" + string.Join('&', tools.Select(tool => $"tool={tool}")),
            HttpCompletionOption.ResponseHeadersRead
        );

    private static async Task<ToolTally> NextAsync(IAsyncEnumerator<ToolTally> events)
    {
        (await events.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30))).ShouldBeTrue();
        return events.Current;
    }

    private static async IAsyncEnumerable<ToolTally> Events(HttpResponseMessage response)
    {
        using var reader = new System.IO.StreamReader(await response.Content.ReadAsStreamAsync());
        string? kind = null,
            id = null;
        while (await reader.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal))
                kind = line[7..];
            if (line.StartsWith("id: ", StringComparison.Ordinal))
                id = line[4..];
            if (!line.StartsWith("data: ", StringComparison.Ordinal))
                continue;
            var tally = JsonSerializer.Deserialize<ToolTally>(line[6..], JsonSerializerOptions.Web)!;
            kind.ShouldBe("tally");
            id!.Split(' ')[0].ShouldBe(tally.Epoch.ToString());
            id.Split(' ').ShouldContain($"{tally.Tool}={tally.Version}");
            yield return tally;
        }
    }
}
