using System.Data.Common;
using System.Net.Http.Json;
using System.Text.Json;
using Shouldly;
using Testing;
using Xunit;

namespace Voting.Tests;

/// <summary>Whose ledger a version belongs to, on both stores; and the operator's commands on a ledger's database.</summary>
public sealed class EpochTests(Stores stores)
{
    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.Postgres)]
    public async Task A_ledger_begins_with_an_epoch_and_says_it_before_the_first_vote(Store store)
    {
        var before = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        await using var voting = await TestVoting.StartAsync(ledger: await stores.NewLedgerAsync(store));

        (await EpochAsync(voting)).ShouldBeInRange(before, DateTimeOffset.UtcNow.ToUnixTimeSeconds());
    }

    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.Postgres)]
    public async Task Every_total_bears_the_epoch_wherever_it_is_told(Store store)
    {
        await using var voting = await TestVoting.StartAsync(ledger: await stores.NewLedgerAsync(store));
        var epoch = await EpochAsync(voting);
        var voter = await voting.NewVoterAsync();
        await voting.CastAsync(voter, "cursor-2-0", "ship");
        await HeardAsync(voting, 1, epoch);

        (await voting.SendAsync(HttpMethod.Delete, "/api/voters", voter)).EnsureSuccessStatusCode();

        await HeardAsync(voting, 2, epoch);
        (await TotalsAsync(voting)).ShouldHaveSingleItem().GetProperty("epoch").GetInt64().ShouldBe(epoch);
        (await voting.Http.GetFromJsonAsync<JsonElement>("/api/ledger/minutes")).GetProperty("epoch").GetInt64().ShouldBe(epoch);
    }

    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.Postgres)]
    public async Task An_epoch_begun_while_votes_go_on_is_in_the_next_votes_totals_and_all_others_are_told_again(Store store)
    {
        var ledger = await stores.NewLedgerAsync(store);
        await using var voting = await TestVoting.StartAsync(ledger: ledger);
        var voter = await voting.NewVoterAsync();
        await voting.CastAsync(voter, "cursor-2-0", "ship");
        await voting.CastAsync(voter, "smolvlm2-2b", "skip");
        var old = await EpochAsync(voting);
        await HeardAsync(voting, 1, old);

        var (code, answer, errors) = await OperatorTool.RunAsync(
            "epoch",
            "begin",
            "--ledger",
            ledger,
            "--reason",
            "Restored the dump of yesterday."
        );

        code.ShouldBe(0, errors);
        var epoch = answer.GetProperty("facts").GetProperty("number").GetInt64();
        epoch.ShouldBeGreaterThan(old);
        await voting.CastAsync(voter, "cursor-2-0", "skip");
        await HeardAsync(voting, 2, epoch);
        await Eventually.HoldsAsync(() => voting.Heard.Of("smolvlm2-2b")?.Epoch == epoch, "what had been published is published again");
        (await OperatorTool.RunAsync("epoch", "show", "--ledger", ledger))
            .Answer.GetProperty("facts")
            .GetProperty("reason")
            .GetString()
            .ShouldBe("Restored the dump of yesterday.");
        (await OperatorTool.RunAsync("epoch", "begin", "--ledger", ledger, "--reason", "Again."))
            .Answer.GetProperty("facts")
            .GetProperty("number")
            .GetInt64()
            .ShouldBeGreaterThan(epoch);
    }

    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.Postgres)]
    public async Task A_database_without_epochs_is_told_apart(Store store)
    {
        var (code, _, errors) = await OperatorTool.RunAsync(
            "epoch",
            "begin",
            "--ledger",
            await stores.NewLedgerAsync(store),
            "--reason",
            "None."
        );
        code.ShouldBe(2);
        errors.ShouldContain("migrate");
    }

    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.Postgres)]
    public async Task Durable_a_backup_is_verified_and_one_that_lost_or_changed_something_is_not(Store store)
    {
        var ledger = await stores.NewLedgerAsync(store);
        await using (var voting = await TestVoting.StartAsync(ledger: ledger))
        {
            for (var vote = 0; vote < 5; vote++)
                await voting.CastAsync(await voting.NewVoterAsync(), "cursor-2-0", vote % 2 == 0 ? "ship" : "skip");
            var (live, compared, problems) = await OperatorTool.RunAsync(
                "backup",
                "verify",
                "--ledger",
                ledger,
                "--voting",
                voting.Http.BaseAddress!.ToString()
            );
            live.ShouldBe(0, problems + compared);
            compared.GetProperty("facts").GetProperty("compared").GetInt64().ShouldBe(5);
        }

        (await OperatorTool.RunAsync("backup", "verify", "--ledger", ledger)).Code.ShouldBe(0);
        (await WrongsAfterAsync("update totals set ship = ship + 1, skip = skip - 1")).ShouldHaveSingleItem().ShouldContain("totals");
        (await WrongsAfterAsync("update totals set ship = ship - 1, skip = skip + 1")).ShouldBeEmpty();
        (await WrongsAfterAsync("insert into due_withdrawals (mark, tool, choice, seq, due_at) select pseudonym, tool, 3 - choice, 2, 1 from entries where id = 1"))
            .ShouldHaveSingleItem()
            .ShouldContain("erased voters");
        (await WrongsAfterAsync("delete from due_withdrawals")).ShouldBeEmpty();
        (await WrongsAfterAsync("delete from entries where id = 3")).ShouldContain(wrong => wrong.Contains("missing"));

        async Task<IReadOnlyList<string>> WrongsAfterAsync(string sql)
        {
            await using (
                DbConnection connection =
                    store is Store.Sqlite ? new Microsoft.Data.Sqlite.SqliteConnection(ledger) : new Npgsql.NpgsqlConnection(ledger)
            )
            {
                await connection.OpenAsync(TestContext.Current.CancellationToken);
                await using var change = connection.CreateCommand();
                // The schema refuses to rewrite entries; who owns the database can take that away.
                await Stores.ExecuteAsync(
                    connection,
                    store is Store.Sqlite ? "drop trigger if exists entries_are_not_deleted" : "alter table entries disable trigger user"
                );
                change.CommandText = sql;
                (await change.ExecuteNonQueryAsync(TestContext.Current.CancellationToken)).ShouldBe(1);
            }

            return (await OperatorTool.RunAsync("backup", "verify", "--ledger", ledger)).Answer.Wrongs();
        }
    }

    private static async Task<long> EpochAsync(TestVoting voting) =>
        long.Parse(
            (await voting.Http.GetAsync("/api/ledger/totals")).Headers.GetValues("Ledger-Epoch").Single(),
            System.Globalization.CultureInfo.InvariantCulture
        );

    private static async Task<List<JsonElement>> TotalsAsync(TestVoting voting) =>
        [.. (await voting.Http.GetFromJsonAsync<JsonElement>("/api/ledger/totals")).EnumerateArray()];

    private static Task HeardAsync(TestVoting voting, long version, long epoch) =>
        Eventually.HoldsAsync(
            () => voting.Heard.Of("cursor-2-0") is { } total && (total.Version, total.Epoch) == (version, epoch),
            $"version {version} of epoch {epoch} was published"
        );
}
