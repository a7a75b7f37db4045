using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Testing;
using Xunit;

namespace Voting.Tests.Integrity;

/// <summary>What a look at a tool's first votes finds beside a flood from everywhere, and what a moderator does about a part of it.</summary>
public sealed class FindingsTests(Stores stores) : IDisposable
{
    private const string Tool = "cursor-2-0";
    private readonly ModeratorDesk _desk = new();

    public void Dispose() => _desk.Dispose();

    [Theory, InlineData(Store.Sqlite), InlineData(Store.Postgres)]
    public async Task Hard_to_rig_two_providers_that_lean_opposite_ways_are_found_one_by_one_and_the_readers_around_them_are_not(
        Store store
    )
    {
        await using var voting = await StartAsync(store);
        var crowd = new Crowd(voting, Tool);
        await crowd.SeedAsync(2_000, 2_000);

        // Two voters a /48 and ten a /40: no network is crowded, and together the two providers are even.
        await crowd.ComeAsync(
            Enumerable
                .Range(0, 50)
                .SelectMany(n => ((string, string)[])[(Of("2001:db8", n), "ship"), (Of("2001:db9", n), "skip")])
                .Concat(Enumerable.Range(0, 100).Select(n => ($"{20 + n}.1.1.1", n % 2 == 0 ? "ship" : "skip")))
        );

        await Eventually.HoldsAsync(async () => (await crowd.TotalsAsync()).Held == 100, "both are held");
        (await crowd.TotalsAsync()).ShouldBe((2_050, 2_050, 100, 0), "the others are counted");
        (await _desk.OpenAsync(voting, Tool)).GetProperty("finding").GetString().ShouldBe("one-network");
        (await crowd.TotalsAsync()).ShouldBe(await crowd.RecountedAsync());

        static string Of(string provider, int n) => $"{provider}:{n / 10:x}{n / 2 % 5:x2}:{n % 2}::1";
    }

    [Fact]
    public async Task Hard_to_rig_far_more_votes_than_a_tool_ever_had_in_an_hour_open_a_case_and_are_counted()
    {
        var clock = new ShiftedClock();
        await using var voting = await StartAsync(Store.Sqlite, clock);
        var (quiet, busy) = (new Crowd(voting, Tool), new Crowd(voting, "smolvlm2-2b"));
        // Older than their history: the numbers alone would hide the surge.
        await quiet.SeedAsync(1_000, 1_000);
        await busy.SeedAsync(1_000, 1_000);
        clock.Ahead = TimeSpan.FromHours(-1);
        await quiet.ComeAsync(From(0, 10));
        await busy.ComeAsync(From(0, 100));
        clock.Ahead = TimeSpan.Zero;

        await busy.ComeAsync(From(100, 240));
        await quiet.ComeAsync(From(10, 240));

        await Eventually.HoldsAsync(
            async () => await _desk.OpenAsync(voting, Tool) is { ValueKind: JsonValueKind.Object },
            "the surge is a case"
        );
        (await _desk.OpenAsync(voting, Tool)).GetProperty("finding").GetString().ShouldBe("velocity");
        (await _desk.CasesAsync(voting)).Count.ShouldBe(1, "the other tool is used to it");
        (await quiet.TotalsAsync()).ShouldBe((1_125, 1_125, 0, 0), "nobody is held for coming with others");

        // One a network.
        static IEnumerable<(string, string)> From(int first, int count) =>
            Enumerable.Range(first, count).Select(n => ($"{20 + n % 97}.{n / 97}.{n % 251}.9", n % 2 == 0 ? "ship" : "skip"));
    }

    [Theory, InlineData(Store.Sqlite), InlineData(Store.Postgres)]
    public async Task A_moderator_decides_on_one_network_of_a_case_and_a_rule_does_not_overrule_it(Store store)
    {
        await using var voting = await StartAsync(store);
        var crowd = new Crowd(voting, Tool);
        await crowd.SeedAsync(100, 100);
        await crowd.ComeAsync(Enumerable.Range(0, 90).Select(n => ($"198.{n % 30}.7.{20 + n / 30}", "ship")));
        await Eventually.HoldsAsync(async () => (await crowd.TotalsAsync()).Held == 90, "the flood is held");
        var open = await Eventually.GetAsync(
            () => _desk.OpenAsync(voting, Tool),
            found => found.ValueKind is JsonValueKind.Object,
            "a case is open"
        );
        var id = open.GetProperty("id").GetInt64();
        var groups = open.GetProperty("groups").EnumerateArray().ToList();
        groups.Count.ShouldBe(30);
        groups.ShouldAllBe(group => group.GetProperty("held").GetProperty("ship").GetInt64() == 3);
        groups[0].GetProperty("network").GetString().ShouldBe("IPv4 /24");
        var (first, second) = (groups[0].GetProperty("id").GetString(), groups[1].GetProperty("id").GetString());

        (await _desk.DecideAsync(voting, id, "void", new { reason = "flood", group = "no-such" })).StatusCode.ShouldBe(
            HttpStatusCode.NotFound
        );
        (await _desk.DecideAsync(voting, id, "void", new { reason = "flood", group = first })).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await _desk.DecideAsync(voting, id, "release", new { reason = "mistake", group = second })).StatusCode.ShouldBe(HttpStatusCode.OK);

        (await crowd.TotalsAsync()).ShouldBe((103, 100, 84, 3));
        (await _desk.OpenAsync(voting, Tool)).ValueKind.ShouldBe(JsonValueKind.Object, "the rest is still to be decided");
        // Two looks later still.
        await Task.Delay(TimeSpan.FromSeconds(5));
        (await crowd.TotalsAsync()).ShouldBe((103, 100, 84, 3));
        (await _desk.DecideAsync(voting, id, "hold", new { reason = "flood", group = second })).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await crowd.TotalsAsync()).ShouldBe((100, 100, 87, 3));
        (await crowd.TotalsAsync()).ShouldBe(await crowd.RecountedAsync());
    }

    [Theory, InlineData(Store.Sqlite), InlineData(Store.Postgres)]
    public async Task Everybody_can_read_what_the_gate_did_and_which_makers_had_their_tools_flooded(Store store)
    {
        var clock = new ShiftedClock();
        await using var voting = await StartAsync(store, clock);
        var crowd = new Crowd(voting, Tool);
        await crowd.SeedAsync(100, 100);
        await crowd.ComeAsync(Enumerable.Repeat(("203.0.113.9", "ship"), 3));
        await crowd.ComeAsync(Enumerable.Repeat(("203.0.113.9", "ship"), 40), solve: true);

        var gate = await Eventually.GetAsync(
            () => voting.Http.GetFromJsonAsync<JsonElement>("/api/moderation/gate"),
            figures => figures.GetProperty("held").GetInt64() == 40,
            "the gate's figures are written"
        );
        gate.GetProperty("counted").GetInt64().ShouldBe(3);
        gate.GetProperty("asked").GetInt64().ShouldBe(40);
        gate.GetProperty("askedFor").GetProperty("tool").GetInt64().ShouldBe(40);

        var notices = await voting.Http.GetFromJsonAsync<JsonElement>("/api/moderation/notices");
        notices.GetArrayLength().ShouldBe(0);
        var id = (
            await Eventually.GetAsync(
                () => _desk.OpenAsync(voting, Tool),
                found => found.ValueKind is JsonValueKind.Object,
                "a case is open"
            )
        )
            .GetProperty("id")
            .GetInt64();
        (await _desk.DecideAsync(voting, id, "void", new { reason = "maker-flood", note = "Its maker's office." })).StatusCode.ShouldBe(
            HttpStatusCode.OK
        );
        var notice = (await voting.Http.GetFromJsonAsync<JsonElement>("/api/moderation/notices")).EnumerateArray().ShouldHaveSingleItem();
        notice.GetProperty("tool").GetString().ShouldBe(Tool);
        notice.GetProperty("until").GetDateTimeOffset().ShouldBe(notice.GetProperty("at").GetDateTimeOffset().AddDays(90));
        clock.Ahead = TimeSpan.FromDays(91);
        (await voting.Http.GetFromJsonAsync<JsonElement>("/api/moderation/notices")).GetArrayLength().ShouldBe(0, "90 days are over");
    }

    private async Task<TestVoting> StartAsync(Store store, TimeProvider? clock = null) =>
        await TestVoting.StartAsync(
            ledger: await stores.NewLedgerAsync(store),
            settings: [.. Crowd.Settings, _desk.Setting],
            add: builder => builder.Services.AddSingleton(clock ?? TimeProvider.System)
        );
}
