using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Voting.Ledger;
using Voting.Voters;
using Xunit;

namespace Voting.Tests.Log;

/// <summary>What somebody who knows when a request passed can learn of the vote in it.</summary>
public sealed class PublicTimeTests(Stores stores)
{
    private const string Tool = "cursor-2-0";
    private static readonly TimeSpan Unsure = TimeSpan.FromMilliseconds(30);

    public static TheoryData<Store> Both { get; } = [Store.Sqlite, Store.Postgres];

    [Theory]
    [MemberData(nameof(Both))]
    public async Task No_personal_data__an_observer_of_requests_can_not_tell_an_entry_from_the_others_of_its_minute(Store store)
    {
        await using var voting = await TestVoting.StartAsync(ledger: await stores.NewLedgerAsync(store), settings: PublicLog.Settings);
        var passed = new List<DateTimeOffset>();
        for (var vote = 0; vote < 12; vote++)
        {
            passed.Add(DateTimeOffset.UtcNow);
            var cast = await voting.CastAsync(await voting.NewVoterAsync(), Tool, vote % 2 == 0 ? "ship" : "skip");
            // The reader's own answer is exact.
            (await TestVoting.JsonAsync(cast))
                .GetProperty("at")
                .GetDateTimeOffset()
                .ShouldBeGreaterThan(passed[^1]);
        }

        var entries = await voting.LedgerAsync();
        foreach (var moment in passed)
        {
            var candidates = entries.Where(entry => Fits(entry.GetProperty("at").GetDateTimeOffset(), moment)).ToList();
            var ofThatMinute = passed.Count(other => other.Ticks / TimeSpan.TicksPerMinute == moment.Ticks / TimeSpan.TicksPerMinute);
            candidates.Count.ShouldBeGreaterThanOrEqualTo(ofThatMinute - 1, "one may have been committed in the next minute");
        }

        foreach (var path in (string[])["/api/ledger", "/api/ledger/minutes", "/api/ledger/totals"])
            foreach (var at in Times(JsonDocument.Parse(await voting.Http.GetStringAsync(path)).RootElement))
                (at.Ticks % TimeSpan.TicksPerMinute).ShouldBe(0, path);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task No_personal_data__entries_of_a_batch_do_not_stand_in_the_order_of_its_requests(Store store)
    {
        await using var voting = await TestVoting.StartAsync(ledger: await stores.NewLedgerAsync(store));
        var hasher = voting.App.Services.GetRequiredService<VoterHasher>();
        var casts = new List<Cast>();
        for (var place = 0; place < 200; place++)
            casts.Add(new Cast(await hasher.OfAsync(Guid.NewGuid(), default), Tool, Choice.Ship, Mark.Draw()));
        var committed = await voting.App.Services.GetRequiredService<VoteLedger>().CommitAsync(casts, default);

        var ids = committed.Votes.Select(vote => vote.Entry!.Value).ToList();
        ids.Order().ShouldBe(Enumerable.Range(1, 200).Select(id => (long)id), "each has a place of its own");
        // By chance about half of neighbors stand in order.
        ids.Zip(ids.Skip(1)).Count(pair => pair.First < pair.Second).ShouldBeInRange(60, 140);
    }

    // A public time stands for the whole minute that begins with it.
    private static bool Fits(DateTimeOffset at, DateTimeOffset moment) =>
        moment + Unsure >= at && moment - Unsure < at + TimeSpan.FromMinutes(1);

    private static IEnumerable<DateTimeOffset> Times(JsonElement answer) =>
        answer.ValueKind switch
        {
            JsonValueKind.Array => answer.EnumerateArray().SelectMany(Times),
            JsonValueKind.Object => answer
                .EnumerateObject()
                .SelectMany(member => member.Name == "at" ? [member.Value.GetDateTimeOffset()] : Times(member.Value)),
            _ => [],
        };
}
