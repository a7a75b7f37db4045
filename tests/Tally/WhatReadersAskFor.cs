using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Contracts;
using Shouldly;
using Tally.State;
using Xunit;

namespace Tally.Tests;

/// <summary>The reads over HTTP.</summary>
public sealed class WhatReadersAskFor : IAsyncLifetime
{
    private FakeLedger _ledger = null!;
    private TallyProcess _tally = null!;

    public async ValueTask InitializeAsync()
    {
        _ledger = await FakeLedger.StartAsync("cursor-2-0", "aider", "zed", "new-one");
        // These tests tell totals that the ledger does not have, which a reconcile would correct.
        _tally = await TallyProcess.StartAsync(_ledger, settings: "--Tally:ReconcileSeconds=60");
    }

    public async ValueTask DisposeAsync()
    {
        await _tally.DisposeAsync();
        await _ledger.DisposeAsync();
    }

    [Fact]
    public async Task A_tally_has_the_shape_of_the_contract()
    {
        var at = new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);
        await _tally.PublishAsync(new ToolTotals("cursor-2-0", 12, 3, 19, at, Held: 2, Void: 1));
        await _tally.ReachAsync("cursor-2-0", 19);
        (await _tally.Http.GetStringAsync("/api/tallies/cursor-2-0")).ShouldBe(
            """{"tool":"cursor-2-0","ship":12,"skip":3,"total":15,"shipPercent":80,"interval":{"low":54.8,"high":93},"version":19,"epoch":1764000000,"held":2,"void":1,"updatedAt":"2026-01-02T03:04:00Z"}"""
        );
    }

    [Fact]
    public async Task A_known_tool_without_votes_is_all_zeros() =>
        (await _tally.Http.GetStringAsync("/api/tallies/new-one")).ShouldBe(
            """{"tool":"new-one","ship":0,"skip":0,"total":0,"shipPercent":null,"interval":null,"version":0,"epoch":1764000000,"held":0,"void":0,"updatedAt":null}"""
        );

    [Theory]
    [InlineData(0, 1, 0, 0, 79.3)]
    [InlineData(1, 0, 100, 20.7, 100)]
    [InlineData(1, 1, 50, 9.5, 90.5)]
    [InlineData(12, 3, 80, 54.8, 93)]
    [InlineData(50, 50, 50, 40.4, 59.6)]
    [InlineData(1, 2, 33.3, 6.1, 79.2)]
    public async Task The_interval_is_Wilsons_at_95_percent(long ship, long skip, double percent, double low, double high)
    {
        await _tally.PublishAsync(new ToolTotals("zed", ship, skip, ship + skip, DateTimeOffset.UtcNow));
        var tally = await _tally.ReachAsync("zed", ship + skip);
        tally.ShipPercent.ShouldBe(percent);
        tally.Interval.ShouldBe(new Interval(low, high));
    }

    [Theory]
    [InlineData(1_999, 1, 99.9, 99.7, 99.9)]
    [InlineData(999_999, 1, 99.9, 99.9, 99.9)]
    [InlineData(1, 1_999, 0.1, 0.1, 0.3)]
    [InlineData(1, 999_999, 0.1, 0.1, 0.1)]
    [InlineData(2_000_000, 0, 100, 99.9, 100)]
    [InlineData(0, 2_000_000, 0, 0, 0.1)]
    public async Task A_share_is_never_rounded_to_all_or_nothing(long ship, long skip, double percent, double low, double high)
    {
        await _tally.PublishAsync(new ToolTotals("zed", ship, skip, ship + skip, DateTimeOffset.UtcNow));
        var tally = await _tally.ReachAsync("zed", ship + skip);
        tally.ShipPercent.ShouldBe(percent);
        tally.Interval.ShouldBe(new Interval(low, high));
        (await _tally.HistoryAsync("zed", "hour")).Points[^1].ShipPercent.ShouldBe(percent);
    }

    [Fact]
    public async Task Several_tools_come_in_the_order_asked_once_each_and_without_unknown_ones()
    {
        var tallies = await _tally.Http.GetFromJsonAsync<ToolTally[]>("/api/tallies?tool=zed&tool=nobody&tool=aider&tool=zed");
        tallies!.Select(tally => tally.Tool).ShouldBe(["zed", "aider"]);
    }

    [Fact]
    public async Task The_top_asks_for_evidence_and_leaves_out_tools_without_votes()
    {
        await _tally.PublishAsync(
            new ToolTotals("aider", 1, 0, 1, DateTimeOffset.UtcNow),
            new ToolTotals("zed", 99, 1, 100, DateTimeOffset.UtcNow),
            new ToolTotals("cursor-2-0", 5, 5, 10, DateTimeOffset.UtcNow)
        );
        await _tally.ReachAsync("cursor-2-0", 10);
        (await RankedAsync("top")).ShouldBe(["zed", "cursor-2-0", "aider"]);
        (await RankedAsync("top?limit=1")).ShouldBe(["zed"]);
        (await RankedAsync("divided")).ShouldBe(["cursor-2-0", "zed", "aider"]);
    }

    [Theory]
    [InlineData("/api/tallies/nobody", 404)]
    [InlineData("/api/tallies/%FF%FE", 404)]
    [InlineData("/api/tallies?tool=%00", 400)]
    [InlineData("/api/tallies?tool=Not-A-Slug", 400)]
    [InlineData("/api/tallies?tool=zed&ranked=maybe", 400)]
    [InlineData("/api/tallies?tool=%C3%28", 400)]
    [InlineData("/api/tallies/top?limit=0", 400)]
    [InlineData("/api/tallies/top?limit=101", 400)]
    [InlineData("/api/tallies/top?limit=many", 400)]
    [InlineData("/api/tallies/divided?limit=99999999999999999999", 400)]
    [InlineData("/api/tallies/zed/history?bucket=year", 400)]
    [InlineData("/api/tallies/nobody/history?bucket=day", 404)]
    [InlineData("/api/tallies/stream", 400)]
    [InlineData("/api/tallies/stream?tool=nobody", 404)]
    [InlineData("/api/tallies/stream?tool=%00", 400)]
    public async Task Bounded_bad_questions_get_a_clear_answer(string question, int status)
    {
        var answer = await _tally.Http.GetAsync(question);
        ((int)answer.StatusCode).ShouldBe(status);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("type").GetString()!.ShouldStartWith("urn:problem-type:");
    }

    [Fact]
    public async Task Bounded_more_than_fifty_tools_are_refused()
    {
        var tools = string.Join('&', Enumerable.Range(0, 51).Select(i => $"tool=tool-{i}"));
        (await _tally.Http.GetAsync($"/api/tallies?{tools}")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await _tally.Http.GetAsync($"/api/tallies/stream?{tools}")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Any_site_may_read()
    {
        var answer = await _tally.Http.GetAsync("/api/tallies/zed");
        answer.Headers.GetValues("Access-Control-Allow-Origin").ShouldBe(["*"]);
        answer.Headers.Contains("Tally-Age").ShouldBeFalse();
    }

    private async Task<string[]> RankedAsync(string ranking) =>
        [.. (await _tally.Http.GetFromJsonAsync<ToolTally[]>($"/api/tallies/{ranking}"))!.Select(tally => tally.Tool)];
}
