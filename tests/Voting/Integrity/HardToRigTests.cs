using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Testing;
using Xunit;

namespace Voting.Tests.Integrity;

/// <summary>Promise **Hard to rig**: the floods that once flipped a tool's majority, and the crowds that must not be taken for one.</summary>
public sealed class HardToRigTests(Stores stores)
{
    private const string Tool = "cursor-2-0";

    [Theory, InlineData(Store.Sqlite), InlineData(Store.Postgres)]
    public async Task Hard_to_rig_a_thousand_scripted_votes_from_fifty_addresses_move_ten_thousand_by_less_than_a_point(Store store)
    {
        await using var voting = await StartAsync(store);
        var crowd = new Crowd(voting, Tool);
        await crowd.SeedAsync(5_000, 5_000);

        var answers = await crowd.ComeAsync(Enumerable.Range(0, 1000).Select(n => ($"198.{n % 50}.7.{20 + n / 50}", "ship")));

        Math.Abs(await crowd.PercentAsync() - 50).ShouldBeLessThan(1, "at once");
        answers[429].ShouldBeGreaterThanOrEqualTo(700);
        await Eventually.HoldsAsync(async () => Math.Abs(await crowd.PercentAsync() - 50) < 0.3, "the flood is found and held");
        (await crowd.TotalsAsync()).ShouldBe(await crowd.RecountedAsync());
        (await voting.Http.GetStringAsync("/api/moderation")).ShouldContain("concentrated");
    }

    [Fact]
    public async Task Hard_to_rig_a_thousand_that_do_the_work_are_held_and_none_is_released_by_itself()
    {
        var clock = new ShiftedClock();
        await using var voting = await StartAsync(Store.Sqlite, clock);
        var crowd = new Crowd(voting, Tool);
        await crowd.SeedAsync(5_000, 5_000);

        var answers = await crowd.ComeAsync(Enumerable.Range(0, 500).Select(n => ($"198.{n % 50}.7.{20 + n / 50}", "ship")), solve: true);

        answers.ShouldBe(new Dictionary<int, int> { [200] = 500 }, "nobody is refused");
        await Eventually.HoldsAsync(async () => (await crowd.TotalsAsync()).Held == 500, "all of them are held");
        clock.Ahead = TimeSpan.FromMinutes(20);
        await Task.Delay(TimeSpan.FromSeconds(5));
        (await crowd.TotalsAsync()).Held.ShouldBe(500, "they lean, so a moderator decides");
        clock.Ahead = TimeSpan.FromHours(25);
        await Eventually.HoldsAsync(async () => (await crowd.TotalsAsync()).Void == 500, "nobody decided within a day");
        (await crowd.TotalsAsync()).ShouldBe(await crowd.RecountedAsync());
    }

    [Fact]
    public async Task Hard_to_rig_three_thousand_votes_of_a_slash_44_count_like_a_few_networks()
    {
        await using var voting = await StartAsync(Store.Sqlite);
        var crowd = new Crowd(voting, Tool);
        await crowd.SeedAsync(5_000, 5_000);

        await crowd.ComeAsync(Enumerable.Range(0, 3200).Select(n => ($"2001:db8:ab{n % 16:x}:{n / 16:x}::1", "skip")));

        (await crowd.PercentAsync()).ShouldBeGreaterThan(49.7);
    }

    [Fact]
    public async Task Hard_to_rig_six_hundred_sleepers_from_one_address_are_three_votes_on_a_new_tool()
    {
        await using var voting = await StartAsync(Store.Sqlite);
        var crowd = new Crowd(voting, Tool);
        var answers = new List<HttpStatusCode>();
        for (var n = 0; n < 600; n++)
        {
            // Prepared at leisure: voters made two days ago.
            var nonce = System.Security.Cryptography.RandomNumberGenerator.GetBytes(32);
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(nonce, (uint)DateTimeOffset.UtcNow.AddDays(-2).ToUnixTimeSeconds());
            answers.Add((await crowd.CastAsync("203.0.113.9", nonce, "ship")).StatusCode);
        }

        answers.Count(status => status is HttpStatusCode.OK).ShouldBe(3);
        (await crowd.TotalsAsync()).ShouldBe((3, 0, 0, 0));
    }

    [Fact]
    public async Task Hard_to_rig_ten_thousand_readers_of_a_front_page_are_counted_at_once_and_none_is_held()
    {
        await using var voting = await StartAsync(Store.Sqlite);
        var crowd = new Crowd(voting, Tool);
        await crowd.SeedAsync(5_000, 5_000);
        var random = new Random(7);

        // One or two a network, leaning five points away from what the tool had.
        var answers = await crowd.ComeAsync(
            Enumerable
                .Range(0, 10_000)
                .Select(n =>
                    ($"{20 + n / 2 % 97}.{n / 2 / 97 % 100}.{n / 2 % 251}.{n % 2 + 1}", random.NextDouble() < 0.55 ? "ship" : "skip")
                )
        );

        answers.ShouldBe(new Dictionary<int, int> { [200] = 10_000 });
        var totals = await crowd.TotalsAsync();
        (totals.Ship + totals.Skip).ShouldBe(20_000);
        // Two looks later still.
        await Task.Delay(TimeSpan.FromSeconds(5));
        (await crowd.TotalsAsync()).ShouldBe(totals);
    }

    [Fact]
    public async Task Hard_to_rig_a_campus_of_three_hundred_behind_four_addresses_votes_and_is_released_by_the_rule()
    {
        var clock = new ShiftedClock();
        await using var voting = await StartAsync(Store.Sqlite, clock);
        var crowd = new Crowd(voting, Tool);
        await crowd.SeedAsync(5_000, 5_000);

        var answers = await crowd.ComeAsync(
            Enumerable.Range(0, 300).Select(n => ($"192.0.2.{1 + n % 4}", n % 20 < 11 ? "ship" : "skip")),
            solve: true
        );

        answers.ShouldBe(new Dictionary<int, int> { [200] = 300 }, "nobody is refused for a neighbor's sake");
        (await crowd.TotalsAsync()).Held.ShouldBeGreaterThan(250);
        clock.Ahead = TimeSpan.FromMinutes(11);
        await Eventually.HoldsAsync(async () => await crowd.TotalsAsync() is { Held: 0, Void: 0 }, "they are counted");
        var totals = await crowd.TotalsAsync();
        (totals.Ship + totals.Skip).ShouldBe(10_300);
        totals.ShouldBe(await crowd.RecountedAsync());
    }

    [Fact]
    public async Task Hard_to_rig_neither_a_restart_nor_another_replica_makes_room()
    {
        var ledger = await stores.NewLedgerAsync(Store.Postgres);
        await using (var one = await StartOnAsync(ledger))
        await using (var other = await StartOnAsync(ledger))
        {
            // Raced at both. Each replica counts what it let in at once, and what the other let in a moment later.
            await Task.WhenAll(
                new Crowd(one, Tool).ComeAsync(Enumerable.Repeat(("203.0.113.9", "ship"), 40)),
                new Crowd(other, Tool).ComeAsync(Enumerable.Repeat(("203.0.113.9", "ship"), 40))
            );
            (await new Crowd(one, Tool).TotalsAsync()).Ship.ShouldBeInRange(3, 6);
            await Eventually.HoldsAsync(
                async () =>
                    (await new Crowd(one, Tool).FirstAsync("203.0.113.9", "ship")).Answer.StatusCode is HttpStatusCode.TooManyRequests
                    && (await new Crowd(other, Tool).FirstAsync("203.0.113.9", "ship")).Answer.StatusCode is HttpStatusCode.TooManyRequests,
                "both know"
            );
            // What they let in beyond the bound is held by the next look, as if it had come later.
            await Eventually.HoldsAsync(async () => await new Crowd(one, Tool).TotalsAsync() is { Ship: 3 }, "the bound holds for both");
            (await new Crowd(one, Tool).TotalsAsync()).Held.ShouldBeInRange(0, 3);
            (await new Crowd(one, Tool).TotalsAsync()).ShouldBe(await new Crowd(other, Tool).RecountedAsync());
        }

        await using var restarted = await StartOnAsync(ledger);
        (await new Crowd(restarted, Tool).FirstAsync("203.0.113.9", "ship")).Answer.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        (await new Crowd(restarted, Tool).FirstAsync("198.51.100.9", "ship")).Answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private async Task<TestVoting> StartAsync(Store store, TimeProvider? clock = null) =>
        await StartOnAsync(await stores.NewLedgerAsync(store), clock);

    private static Task<TestVoting> StartOnAsync(string ledger, TimeProvider? clock = null) =>
        TestVoting.StartAsync(
            ledger: ledger,
            settings: Crowd.Settings,
            add: builder => builder.Services.AddSingleton(clock ?? TimeProvider.System)
        );
}
