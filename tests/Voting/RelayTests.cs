using System.Diagnostics;
using System.Net;
using Shouldly;
using Testing;
using Xunit;

namespace Voting.Tests;

/// <summary>Step 5 of the journey: what the ledger committed reaches the bus, also after a crash between the two.</summary>
public sealed class RelayTests(Stores stores)
{
    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.Postgres)]
    public async Task Totals_that_moved_are_published_as_state(Store store)
    {
        await using var voting = await TestVoting.StartAsync(ledger: await stores.NewLedgerAsync(store));
        var voters = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => voting.NewVoterAsync()));
        await Task.WhenAll(voters.Select(voter => voting.CastAsync(voter, "cursor-2-0", "ship")));

        await Eventually.HoldsAsync(() => voting.Heard.Of("cursor-2-0") is { Ship: 50, Skip: 0, Version: 50 }, "the bus heard 50 ships");
        voting.Heard.Messages.ShouldBeLessThanOrEqualTo(50);
    }

    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.Postgres)]
    public async Task Bounded_a_tool_that_moves_all_the_time_is_gathered_and_ends_at_the_newest(Store store)
    {
        await using var voting = await TestVoting.StartAsync(ledger: await stores.NewLedgerAsync(store));
        var voters = await Task.WhenAll(Enumerable.Range(0, 300).Select(_ => voting.NewVoterAsync()));
        var clock = Stopwatch.StartNew();
        foreach (var voter in voters)
            await voting.CastAsync(voter, "cursor-2-0", "ship");

        await Eventually.HoldsAsync(() => voting.Heard.Of("cursor-2-0") is { Version: 300 }, "the bus heard the last of them");
        // One at once, then one each 25 ms; a sweep may say the same again once a second or two.
        voting.Heard.Messages.ShouldBeLessThanOrEqualTo(
            2 + (int)(clock.Elapsed / TimeSpan.FromMilliseconds(25)) + (int)clock.Elapsed.TotalSeconds
        );
    }

    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.Postgres)]
    public async Task What_a_crash_left_unpublished_is_found_and_published_after_the_restart(Store store)
    {
        var ledger = await stores.NewLedgerAsync(store);
        await using (var before = await TestVoting.StartAsync(ledger: ledger))
        {
            await before.CastAsync(await before.NewVoterAsync(), "cursor-2-0", "skip");
            await Eventually.HoldsAsync(() => before.Heard.Of("cursor-2-0") is not null, "it was published once");
        }

        // As if the process had died after COMMIT and before the publish was confirmed.
        await using (var database = await Stores.OpenAsync(ledger))
            await Stores.ExecuteAsync(database, "delete from totals_published");

        await using var after = await TestVoting.StartAsync(ledger: ledger);
        await Eventually.HoldsAsync(() => after.Heard.Of("cursor-2-0") is { Ship: 0, Skip: 1, Version: 1 }, "the sweep published it again");
    }

    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.Postgres)]
    public async Task A_vote_is_answered_before_anything_is_known_of_a_catalog_that_is_down_when_the_list_is_stored(Store store)
    {
        var ledger = await stores.NewLedgerAsync(store);
        await using (await TestVoting.StartAsync(ledger: ledger)) { }

        await using var alone = await TestVoting.StartAsync(ledger: ledger, settings: ["--Services:Catalog=http://127.0.0.1:9"]);
        (await alone.CastAsync(await alone.NewVoterAsync(), "cursor-2-0", "ship")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }
}
