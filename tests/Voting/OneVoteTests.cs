using System.Net;
using Shouldly;
using Xunit;

namespace Voting.Tests;

/// <summary>
/// Promise **One vote**. The transitions of one voter on one tool:
/// <code>
///            ship         skip         withdraw
/// none    -> ship  +1     skip  +1     none   =
/// ship    -> ship   =     skip  +1     none  +1
/// skip    -> ship  +1     skip   =     none  +1
/// </code>
/// (+1: seq and version grow by one, a ledger entry is written; = nothing changes and the answer is the same again)
/// </summary>
public abstract class OneVoteTests(Stores stores, Store store) : IAsyncLifetime
{
    private TestVoting _voting = null!;

    public async ValueTask InitializeAsync() => _voting = await TestVoting.StartAsync(ledger: await stores.NewLedgerAsync(store));

    public ValueTask DisposeAsync() => _voting.DisposeAsync();

    [Theory]
    [InlineData("", "ship", 1, 0, 1)]
    [InlineData("", "skip", 0, 1, 1)]
    [InlineData("", "withdraw", 0, 0, 0)]
    [InlineData("ship", "ship", 1, 0, 1)]
    [InlineData("ship", "skip", 0, 1, 2)]
    [InlineData("ship", "withdraw", 0, 0, 2)]
    [InlineData("skip", "ship", 1, 0, 2)]
    [InlineData("skip", "skip", 0, 1, 1)]
    [InlineData("skip", "withdraw", 0, 0, 2)]
    [InlineData("ship,ship", "ship", 1, 0, 1)]
    [InlineData("ship,skip,skip", "skip", 0, 1, 2)]
    [InlineData("ship,withdraw", "ship", 1, 0, 3)]
    [InlineData("ship,withdraw", "withdraw", 0, 0, 2)]
    public async Task A_voter_moves_between_choices_and_counts_at_most_once(string before, string then, long ship, long skip, long seq)
    {
        var voter = await _voting.NewVoterAsync();
        foreach (var step in before.Split(',', StringSplitOptions.RemoveEmptyEntries))
            await ActAsync(voter, step);

        var answer = await TestVoting.JsonAsync(await ActAsync(voter, then));

        answer.GetProperty("seq").GetInt64().ShouldBe(seq);
        answer.GetProperty("choice").GetString().ShouldBe(then == "withdraw" ? null : then);
        (await _voting.VoteAsync(voter, "cursor-2-0")).GetRawText().ShouldBe(answer.GetRawText());
        (await _voting.LedgerAsync()).Count.ShouldBe((int)seq);
        if (seq > 0)
            (await _voting.TotalsAsync())["cursor-2-0"].ShouldBe((ship, skip, seq));
    }

    [Fact]
    public async Task A_hundred_identical_votes_in_parallel_have_one_effect_and_one_answer()
    {
        var voter = await _voting.NewVoterAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => _voting.CastAsync(voter, "cursor-2-0", "ship")));

        answers.ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.OK);
        var bodies = await Task.WhenAll(answers.Select(answer => answer.Content.ReadAsStringAsync()));
        bodies.Distinct().ShouldHaveSingleItem();
        (await _voting.LedgerAsync()).Count.ShouldBe(1);
        (await _voting.TotalsAsync())["cursor-2-0"].ShouldBe((1, 0, 1));
    }

    [Fact]
    public async Task A_thousand_toggles_raced_by_one_voter_leave_one_vote_and_an_unbroken_sequence()
    {
        var voter = await _voting.NewVoterAsync();

        await Parallel.ForEachAsync(
            Enumerable.Range(0, 1000),
            new ParallelOptions { MaxDegreeOfParallelism = 32 },
            async (i, _) =>
                (await _voting.CastAsync(voter, "cursor-2-0", i % 2 == 0 ? "ship" : "skip")).StatusCode.ShouldBe(HttpStatusCode.OK)
        );

        var entries = await _voting.LedgerAsync();
        entries.Select(entry => entry.GetProperty("seq").GetInt64()).ShouldBe(Enumerable.Range(1, entries.Count).Select(i => (long)i));
        var totals = (await _voting.TotalsAsync())["cursor-2-0"];
        (totals.Ship + totals.Skip).ShouldBe(1);
        totals.Version.ShouldBe(entries.Count);
        (await _voting.VoteAsync(voter, "cursor-2-0"))
            .GetProperty("choice")
            .GetString()
            .ShouldBe(entries[^1].GetProperty("choice").GetString());
    }

    [Fact]
    public async Task The_last_acknowledged_choice_wins()
    {
        var voter = await _voting.NewVoterAsync();
        foreach (var choice in (string[])["ship", "skip", "skip", "ship", "skip"])
            await _voting.CastAsync(voter, "cursor-2-0", choice);

        (await _voting.VoteAsync(voter, "cursor-2-0")).GetProperty("choice").GetString().ShouldBe("skip");
        (await _voting.TotalsAsync())["cursor-2-0"].ShouldBe((0, 1, 4));
    }

    [Fact]
    public async Task Voters_do_not_see_or_change_each_others_votes()
    {
        var (one, other) = (await _voting.NewVoterAsync(), await _voting.NewVoterAsync());
        await _voting.CastAsync(one, "cursor-2-0", "ship");
        await _voting.CastAsync(other, "cursor-2-0", "skip");
        await _voting.WithdrawAsync(other, "cursor-2-0");

        (await _voting.VoteAsync(one, "cursor-2-0")).GetProperty("choice").GetString().ShouldBe("ship");
        (await _voting.TotalsAsync())["cursor-2-0"].ShouldBe((1, 0, 3));
    }

    private Task<HttpResponseMessage> ActAsync(string voter, string step) =>
        step == "withdraw" ? _voting.WithdrawAsync(voter, "cursor-2-0") : _voting.CastAsync(voter, "cursor-2-0", step);
}

public sealed class OneVoteOnSqliteTests(Stores stores) : OneVoteTests(stores, Store.Sqlite);

public sealed class OneVoteOnPostgresTests(Stores stores) : OneVoteTests(stores, Store.Postgres);
