using System.Net;
using Microsoft.Data.Sqlite;
using Shouldly;
using Testing;
using Xunit;

namespace Voting.Tests;

/// <summary>A voter who asks to be forgotten: the votes leave the tallies, and nothing ties what remains to the voter.</summary>
public class ForgetTests : IAsyncLifetime
{
    private TestVoting _voting = null!;

    public async ValueTask InitializeAsync() => _voting = await TestVoting.StartAsync();

    public ValueTask DisposeAsync() => _voting.DisposeAsync();

    [Fact]
    public async Task A_forgotten_voters_votes_leave_the_totals_and_those_of_others_stay()
    {
        var (leaving, staying) = (await _voting.NewVoterAsync(), await _voting.NewVoterAsync());
        await _voting.CastAsync(leaving, "cursor-2-0", "ship");
        await _voting.CastAsync(leaving, "smolvlm2-2b", "skip");
        await _voting.CastAsync(staying, "cursor-2-0", "ship");

        (await ForgetAsync(leaving)).StatusCode.ShouldBe(HttpStatusCode.NoContent);

        var totals = await _voting.TotalsAsync();
        totals["cursor-2-0"].ShouldBe((1, 0, 3));
        totals["smolvlm2-2b"].ShouldBe((0, 0, 2));
        (await VotesAsync(leaving)).ShouldBeEmpty();
        (await VotesAsync(staying)).ShouldBe(["cursor-2-0"]);
        await ShouldAddUpAsync();
    }

    [Fact]
    public async Task The_bus_hears_where_the_totals_stand_afterwards()
    {
        var voter = await _voting.NewVoterAsync();
        await _voting.CastAsync(voter, "cursor-2-0", "ship");
        await ForgetAsync(voter);
        await Eventually.HoldsAsync(
            () => _voting.Heard.Of("cursor-2-0") is { Ship: 0, Skip: 0, Version: 2 },
            "the bus heard of the withdrawal"
        );
    }

    [Fact]
    public async Task No_row_of_the_voter_is_left_not_even_of_votes_withdrawn_before()
    {
        var voter = await _voting.NewVoterAsync();
        await _voting.CastAsync(voter, "cursor-2-0", "ship");
        await _voting.CastAsync(voter, "smolvlm2-2b", "ship");
        await _voting.WithdrawAsync(voter, "smolvlm2-2b");

        await ForgetAsync(voter);

        (await CountAsync("select count(*) from votes")).ShouldBe(0);
        (await _voting.LedgerAsync()).Count.ShouldBe(4, "what was withdrawn already is not withdrawn again");
    }

    [Fact]
    public async Task Forgetting_twice_answers_the_same_and_changes_nothing_more()
    {
        var voter = await _voting.NewVoterAsync();
        await _voting.CastAsync(voter, "cursor-2-0", "ship");

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ForgetAsync(voter)));

        answers.ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.NoContent);
        (await _voting.LedgerAsync()).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_copy_of_a_forgotten_token_votes_as_a_stranger_would()
    {
        var voter = await _voting.NewVoterAsync();
        await _voting.CastAsync(voter, "cursor-2-0", "ship");
        await _voting.CastAsync(voter, "cursor-2-0", "skip");
        await ForgetAsync(voter);

        var anew = await TestVoting.JsonAsync(await _voting.CastAsync(voter, "cursor-2-0", "ship"));

        anew.GetProperty("seq").GetInt64().ShouldBe(1);
        var pseudonyms = (await _voting.LedgerAsync()).ConvertAll(entry => entry.GetProperty("voter").GetString());
        pseudonyms[..3].Distinct().ShouldHaveSingleItem();
        pseudonyms[3].ShouldNotBe(pseudonyms[0]);
        (await _voting.TotalsAsync())["cursor-2-0"].ShouldBe((1, 0, 4));
        await ShouldAddUpAsync();
    }

    [Fact]
    public async Task The_cookie_is_cleared_and_without_a_voter_nobody_is_forgotten()
    {
        var voter = await _voting.NewVoterAsync();
        using var request = new HttpRequestMessage(HttpMethod.Delete, "/api/voters");
        request.Headers.Add("Cookie", $"voter={voter}");
        var cookie = (await _voting.Http.SendAsync(request)).Headers.GetValues("Set-Cookie").ShouldHaveSingleItem().ToLowerInvariant();
        cookie.ShouldStartWith("voter=;");
        foreach (var attribute in (string[])["expires=thu, 01 jan 1970", "path=/", "httponly", "samesite=lax"])
            cookie.ShouldContain(attribute);

        (await _voting.SendAsync(HttpMethod.Delete, "/api/voters")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await ForgetAsync(voter[..^1] + (voter[^1] == 'A' ? 'B' : 'A'))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_cookie_of_another_voter_than_the_forgotten_one_is_left_alone()
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, "/api/voters");
        request.Headers.Authorization = new("Voter", await _voting.NewVoterAsync());
        request.Headers.Add("Cookie", $"voter={await _voting.NewVoterAsync()}");
        (await _voting.Http.SendAsync(request)).Headers.Contains("Set-Cookie").ShouldBeFalse();
    }

    [Fact]
    public async Task Another_sites_page_can_have_nobody_forgotten()
    {
        var voter = await _voting.NewVoterAsync();
        await _voting.CastAsync(voter, "cursor-2-0", "ship");
        using var request = new HttpRequestMessage(HttpMethod.Delete, "/api/voters");
        request.Headers.Add("Cookie", $"voter={voter}");
        request.Headers.Add("Origin", "https://evil.example");
        (await _voting.Http.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await VotesAsync(voter)).ShouldBe(["cursor-2-0"]);
    }

    [Fact]
    public async Task Votes_in_flight_while_their_voter_leaves_are_forgotten_or_begin_anew_and_all_adds_up()
    {
        var random = new Random(7);
        var voters = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => _voting.NewVoterAsync()));
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 500).Select(_ => (random.Next(6), random.Next(8), random.Next(2))),
            new ParallelOptions { MaxDegreeOfParallelism = 32 },
            async (step, _) =>
            {
                var (voter, tool) = (voters[step.Item1], step.Item3 == 0 ? "cursor-2-0" : "smolvlm2-2b");
                var answer = step.Item2 switch
                {
                    0 => await ForgetAsync(voter),
                    1 => await _voting.WithdrawAsync(voter, tool),
                    < 5 => await _voting.CastAsync(voter, tool, "ship"),
                    _ => await _voting.CastAsync(voter, tool, "skip"),
                };
                answer.IsSuccessStatusCode.ShouldBeTrue();
            }
        );
        await ShouldAddUpAsync();

        await Task.WhenAll(voters.Select(ForgetAsync));
        await ShouldAddUpAsync();
        var totals = await _voting.TotalsAsync();
        totals.Keys.ShouldBe(["cursor-2-0", "smolvlm2-2b"], ignoreOrder: true);
        totals.Values.ShouldAllBe(total => total.Ship == 0 && total.Skip == 0);
        (await CountAsync("select count(*) from votes")).ShouldBe(0);
    }

    [Fact]
    public async Task While_the_ledger_is_locked_the_reader_is_told_to_try_again_and_keeps_the_cookie()
    {
        var voter = await _voting.NewVoterAsync();
        await _voting.CastAsync(voter, "cursor-2-0", "ship");
        using (var other = new SqliteConnection($"Data Source={_voting.Folder}/ledger.db"))
        {
            other.Open();
            using var hold = other.BeginTransaction(deferred: false);
            var answer = await ForgetAsync(voter);
            answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            answer.Headers.RetryAfter.ShouldNotBeNull();
            answer.Headers.Contains("Set-Cookie").ShouldBeFalse();
        }

        (await ForgetAsync(voter)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    private Task<HttpResponseMessage> ForgetAsync(string voter) => _voting.SendAsync(HttpMethod.Delete, "/api/voters", voter);

    private async Task<List<string?>> VotesAsync(string voter) =>
        (await TestVoting.JsonAsync(await _voting.SendAsync(HttpMethod.Get, "/api/votes", voter)))
            .GetProperty("votes")
            .EnumerateArray()
            .Select(vote => vote.GetProperty("tool").GetString())
            .ToList();

    // Each entry goes on from what the one before said of the same pseudonym, and the sum of all is the totals.
    private async Task ShouldAddUpAsync()
    {
        var entries = await _voting.LedgerAsync();
        entries.Select(entry => entry.GetProperty("id").GetInt64()).ShouldBe(Enumerable.Range(1, entries.Count).Select(id => (long)id));
        var current = new Dictionary<(string?, string?), (string? Choice, long Seq)>();
        foreach (var entry in entries)
        {
            var key = (entry.GetProperty("tool").GetString(), entry.GetProperty("voter").GetString());
            var known = current.GetValueOrDefault(key);
            entry.GetProperty("previous").GetString().ShouldBe(known.Choice);
            entry.GetProperty("seq").GetInt64().ShouldBe(known.Seq + 1);
            current[key] = (entry.GetProperty("choice").GetString(), known.Seq + 1);
        }

        foreach (var (tool, totals) in await _voting.TotalsAsync())
        {
            totals.Ship.ShouldBe(current.Count(vote => vote.Key.Item1 == tool && vote.Value.Choice == "ship"));
            totals.Skip.ShouldBe(current.Count(vote => vote.Key.Item1 == tool && vote.Value.Choice == "skip"));
            totals.Version.ShouldBe(entries.Count(entry => entry.GetProperty("tool").GetString() == tool));
        }
    }

    private async Task<long> CountAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={_voting.Folder}/ledger.db");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
