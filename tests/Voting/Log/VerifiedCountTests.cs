using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shouldly;
using Testing;
using Xunit;

namespace Voting.Tests.Log;

/// <summary>How many voters found their vote in the log: counted once each, by themselves only, and without knowing who.</summary>
public sealed class VerifiedCountTests(Stores stores)
{
    private const string Tool = "cursor-2-0";

    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.Postgres)]
    public async Task Provable_the_number_of_votes_that_were_verified_counts_each_that_stands_once(Store store)
    {
        var ledger = await stores.NewLedgerAsync(store);
        await using var voting = await TestVoting.StartAsync(ledger: ledger, settings: PublicLog.Settings);
        var voters = new List<string>();
        for (var voter = 0; voter < 4; voter++)
        {
            voters.Add(await voting.NewVoterAsync());
            await voting.CastAsync(voters[^1], Tool, voter == 0 ? "skip" : "ship");
        }

        await new PublicLog(voting.Http).CoveringAsync(4);
        await ShouldBecomeAsync(voting, 0, 4);
        foreach (var voter in (string[])[voters[0], voters[1], voters[1], voters[2]])
            (await TickAsync(voting, voter)).ShouldBe(HttpStatusCode.NoContent);
        await ShouldBecomeAsync(voting, 3, 4);

        await voting.CastAsync(voters[0], Tool, "ship");
        await voting.WithdrawAsync(voters[1], Tool);
        await voting.SendAsync(HttpMethod.Delete, "/api/voters", voters[2]);
        await ShouldBecomeAsync(voting, 1, 2);
        await using var connection = await Stores.OpenAsync(ledger);
        await using var command = connection.CreateCommand();
        command.CommandText = "select * from log_verified";
        await using var row = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        Enumerable.Range(0, row.FieldCount).Select(row.GetName).ShouldBe(["tool", "mark"]);
    }

    [Fact]
    public async Task Own_vote_only_nobody_is_counted_without_a_voter_whose_vote_stands()
    {
        await using var voting = await TestVoting.StartAsync(settings: PublicLog.Settings);
        var (votes, withdrawn, never) = (await voting.NewVoterAsync(), await voting.NewVoterAsync(), await voting.NewVoterAsync());
        await voting.CastAsync(votes, Tool, "ship");
        await voting.CastAsync(withdrawn, Tool, "ship");
        await voting.WithdrawAsync(withdrawn, Tool);
        await new PublicLog(voting.Http).CoveringAsync(3);

        (await TickAsync(voting, null)).ShouldBe(HttpStatusCode.Unauthorized);
        (await TickAsync(voting, votes[..^1] + (votes[^1] == 'A' ? 'B' : 'A'))).ShouldBe(HttpStatusCode.Unauthorized);
        (await TickAsync(voting, withdrawn)).ShouldBe(HttpStatusCode.NoContent);
        (await TickAsync(voting, never)).ShouldBe(HttpStatusCode.NoContent);
        (await TickAsync(voting, votes, "no-such-tool")).ShouldBe(HttpStatusCode.NoContent);
        await ShouldBecomeAsync(voting, 0, 1);

        (await TickAsync(voting, votes)).ShouldBe(HttpStatusCode.NoContent);
        await ShouldBecomeAsync(voting, 1, 1);
    }

    private static async Task<HttpStatusCode> TickAsync(TestVoting voting, string? voter, string tool = Tool) =>
        (await voting.SendAsync(HttpMethod.Post, $"/api/votes/{tool}/verified", voter)).StatusCode;

    private static Task ShouldBecomeAsync(TestVoting voting, long verified, long voters) =>
        Eventually.HoldsAsync(
            async () =>
            {
                var counts = await voting.Http.GetFromJsonAsync<JsonElement>($"/log/verified/{Tool}");
                return (counts.GetProperty("verified").GetInt64(), counts.GetProperty("voters").GetInt64()) == (verified, voters);
            },
            $"{verified} of {voters} are verified"
        );
}
