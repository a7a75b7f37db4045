using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Testing;
using Voting.Ledger;
using Xunit;

namespace Voting.Tests;

/// <summary>
/// Promise **No personal data**: withdrawals of one erasure can't be joined, since each comes at a moment of its own. Promise **Exact** holds
/// meanwhile: a vote counts until the ledger says that it is withdrawn.
/// </summary>
public sealed class SpreadErasureTests(Stores stores)
{
    private static readonly string[] Tools = ["cursor-2-0", "smolvlm2-2b"];

    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.Postgres)]
    public async Task No_personal_data_the_withdrawals_of_one_erasure_are_no_neighbors_in_the_log(Store store)
    {
        const int Voters = 30;
        await using var voting = await StartAsync(await stores.NewLedgerAsync(store), hours: "0.001");
        var marks = new List<string[]>();
        for (var number = 0; number < Voters; number++)
            marks.Add(await EraseNewVoterAsync(voting));

        await Eventually.HoldsAsync(
            async () => (await voting.TotalsAsync()).Values.All(total => total == (0, 0, 2 * Voters)),
            "every vote is withdrawn"
        );

        var last = (await voting.LedgerAsync())
            .GroupBy(entry => entry.GetProperty("voter").GetString()!)
            .ToDictionary(entries => entries.Key, entries => entries.Max(entry => entry.GetProperty("id").GetInt64()));
        marks
            .Count(pair => Math.Abs(last[pair[0]] - last[pair[1]]) == 1)
            .ShouldBeLessThan(Voters / 3, "as many as chance makes neighbors, and not all");
        await ShouldAddUpAsync(voting);
    }

    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.Postgres)]
    public async Task The_reader_is_forgotten_at_once_and_the_votes_count_until_their_moments_within_a_day(Store store)
    {
        var ledger = await stores.NewLedgerAsync(store);
        await using var voting = await StartAsync(ledger);
        var voter = await voting.NewVoterAsync();
        await voting.CastAsync(voter, Tools[0], "ship");
        await voting.CastAsync(voter, Tools[1], "skip");
        var before = DateTimeOffset.UtcNow;

        (await voting.SendAsync(HttpMethod.Delete, "/api/voters", voter)).StatusCode.ShouldBe(HttpStatusCode.NoContent);

        var votes = await TestVoting.JsonAsync(await voting.SendAsync(HttpMethod.Get, "/api/votes", voter));
        votes.GetProperty("votes").GetArrayLength().ShouldBe(0);
        (await OneAsync(ledger, "select count(*) from votes")).ShouldBe(0);
        (await voting.TotalsAsync())[Tools[0]].ShouldBe((1, 0, 1));
        (await OneAsync(ledger, "select count(*) from due_withdrawals")).ShouldBe(2);
        var (first, last) = (before.ToUnixTimeMilliseconds() * 1000, before.AddDays(1).AddMinutes(1).ToUnixTimeMilliseconds() * 1000);
        (await OneAsync(ledger, $"select count(*) from due_withdrawals where due_at between {first} and {last}")).ShouldBe(2);
        await ShouldAddUpAsync(voting);
    }

    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.Postgres)]
    public async Task Who_votes_again_meanwhile_begins_anew_and_only_the_old_vote_is_withdrawn(Store store)
    {
        var ledger = await stores.NewLedgerAsync(store);
        await using var voting = await StartAsync(ledger);
        var voter = await voting.NewVoterAsync();
        await voting.CastAsync(voter, Tools[0], "ship");
        await voting.SendAsync(HttpMethod.Delete, "/api/voters", voter);

        var anew = await TestVoting.JsonAsync(await voting.CastAsync(voter, Tools[0], "skip"));
        anew.GetProperty("seq").GetInt64().ShouldBe(1);
        (await voting.TotalsAsync())[Tools[0]].ShouldBe((1, 1, 2));
        await ComeDueAsync(ledger);

        await Eventually.HoldsAsync(async () => (await voting.TotalsAsync())[Tools[0]] == (0, 1, 3), "the old vote is withdrawn");
        (await voting.VoteAsync(voter, Tools[0])).GetProperty("choice").GetString().ShouldBe("skip");
        await ShouldAddUpAsync(voting);
    }

    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.Postgres)]
    public async Task What_became_due_while_the_service_was_down_is_withdrawn_when_it_is_back(Store store)
    {
        var ledger = await stores.NewLedgerAsync(store);
        await using (var before = await StartAsync(ledger))
        {
            await EraseNewVoterAsync(before);
        }

        await ComeDueAsync(ledger);
        var (code, _, wrongs) = await OperatorTool.RunAsync("backup", "verify", "--ledger", ledger);
        code.ShouldBe(0, wrongs);

        await using var after = await StartAsync(ledger);
        await Eventually.HoldsAsync(async () => (await after.TotalsAsync()).Values.All(total => total == (0, 0, 2)), "it is withdrawn");
        await Eventually.HoldsAsync(() => after.Heard.Of(Tools[0]) is { Ship: 0, Version: 2 }, "the bus heard of it");
    }

    [Fact]
    public async Task Exact_replicas_that_find_the_same_votes_due_withdraw_each_once()
    {
        const int Voters = 40;
        var ledger = await stores.NewLedgerAsync(Store.Postgres);
        await using var one = await StartAsync(ledger);
        await using var other = await StartAsync(ledger);
        await using var third = await StartAsync(ledger);
        for (var number = 0; number < Voters; number++)
            await EraseNewVoterAsync(number % 2 == 0 ? one : other);
        await ComeDueAsync(ledger);

        var ledgers = new[] { one, other, third }.Select(voting => voting.App.Services.GetRequiredService<VoteLedger>()).ToList();
        await Task.WhenAll(
            Enumerable
                .Range(0, 60)
                .Select(async turn =>
                {
                    await ledgers[turn % 3].WithdrawDueAsync(7, CancellationToken.None);
                    await ledgers[turn % 3].ShuffleDueAsync(CancellationToken.None);
                })
        );

        await Eventually.HoldsAsync(
            async () => (await one.TotalsAsync()).Values.All(total => total == (0, 0, 2 * Voters)),
            "every vote is withdrawn"
        );
        (await other.LedgerAsync()).Count.ShouldBe(4 * Voters);
        await ShouldAddUpAsync(third);
    }

    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.Postgres)]
    public async Task Shuffled_the_waiting_votes_are_the_same_and_PostgreSQL_does_not_tell_who_came_with_whom(Store store)
    {
        var ledger = await stores.NewLedgerAsync(store);
        await using var voting = await StartAsync(ledger);
        var marks = new List<string>();
        for (var number = 0; number < 5; number++)
            marks.AddRange(await EraseNewVoterAsync(voting));
        const string Transactions = "select count(distinct xmin::text) from due_withdrawals";
        if (store is Store.Postgres)
            (await OneAsync(ledger, Transactions)).ShouldBe(5, "one an erasure");

        await voting.App.Services.GetRequiredService<VoteLedger>().ShuffleDueAsync(CancellationToken.None);

        if (store is Store.Postgres)
            (await OneAsync(ledger, Transactions)).ShouldBe(1);
        (await OneAsync(ledger, "select count(*) from due_withdrawals where choice = 1 and seq = 2")).ShouldBe(marks.Count);
        await ComeDueAsync(ledger);
        await Eventually.HoldsAsync(async () => (await voting.TotalsAsync()).Values.All(total => total == (0, 0, 10)), "all are withdrawn");
        await ShouldAddUpAsync(voting);
    }

    private static Task<TestVoting> StartAsync(string ledger, string hours = "24") =>
        TestVoting.StartAsync(ledger: ledger, settings: [$"--Erasure:SpreadHours={hours}"]);

    /// <returns>The marks of a new voter who ships both tools and is erased.</returns>
    private static async Task<string[]> EraseNewVoterAsync(TestVoting voting)
    {
        var voter = await voting.NewVoterAsync();
        var marks = new List<string>();
        foreach (var tool in Tools)
            marks.Add((await TestVoting.JsonAsync(await voting.CastAsync(voter, tool, "ship"))).GetProperty("mark").GetString()!);
        (await voting.SendAsync(HttpMethod.Delete, "/api/voters", voter)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        return [.. marks];
    }

    private static async Task ComeDueAsync(string ledger)
    {
        await using var connection = await Stores.OpenAsync(ledger);
        await Stores.ExecuteAsync(connection, "update due_withdrawals set due_at = 1");
    }

    private static async Task<long> OneAsync(string ledger, string sql)
    {
        await using var connection = await Stores.OpenAsync(ledger);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)(await command.ExecuteScalarAsync())!;
    }

    // Each entry goes on from what the one before said of the same mark, and the sum of all is the totals.
    private static async Task ShouldAddUpAsync(TestVoting voting)
    {
        var entries = await voting.LedgerAsync();
        var current = new Dictionary<(string?, string?), (string? Choice, long Seq)>();
        foreach (var entry in entries)
        {
            var key = (entry.GetProperty("tool").GetString(), entry.GetProperty("voter").GetString());
            var known = current.GetValueOrDefault(key);
            entry.GetProperty("previous").GetString().ShouldBe(known.Choice);
            entry.GetProperty("seq").GetInt64().ShouldBe(known.Seq + 1);
            current[key] = (entry.GetProperty("choice").GetString(), known.Seq + 1);
        }

        foreach (var (tool, totals) in await voting.TotalsAsync())
            totals.ShouldBe(
                (
                    current.Count(vote => vote.Key.Item1 == tool && vote.Value.Choice == "ship"),
                    current.Count(vote => vote.Key.Item1 == tool && vote.Value.Choice == "skip"),
                    entries.Count(entry => entry.GetProperty("tool").GetString() == tool)
                )
            );
    }
}
