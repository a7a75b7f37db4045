using Contracts.Log;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shouldly;
using Testing;
using Voting.Ledger;
using Voting.Voters;
using Xunit;

namespace Voting.Tests.Log;

/// <summary>The log's tables follow from the entries, and are rebuilt from them when they are damaged; what was signed stays.</summary>
public sealed class LogRebuildTests(Stores stores)
{
    private const string Tool = "cursor-2-0";
    private const int Votes = 600;

    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.Postgres)]
    public async Task Provable_a_damaged_log_is_rebuilt_to_the_same_root_while_votes_go_on(Store store)
    {
        var ledger = await stores.NewLedgerAsync(store);
        await using var voting = await TestVoting.StartAsync(ledger: ledger, settings: PublicLog.Settings);
        var log = new PublicLog(voting.Http);
        var before = await CastManyAsync(voting);
        await UnguardedAsync(store, ledger, $"update log_bundles set entries = {Zero(store)} where n = 1");
        await Should.ThrowAsync<Exception>(() => log.EntriesAsync(before));

        (await OperatorTool.RunAsync("log", "rebuild", "--ledger", ledger)).Code.ShouldBe(2, "nothing is done without --yes");
        var (code, answer, errors) = await OperatorTool.RunAsync("log", "rebuild", "--ledger", ledger, "--yes");
        code.ShouldBe(0, errors);
        answer.GetProperty("facts").GetProperty("size").GetInt64().ShouldBe(Votes);
        await voting.CastAsync(await voting.NewVoterAsync(), Tool, "ship");

        var after = await log.CoveringAsync(Votes + 1);
        (await log.EntriesAsync(after)).Count.ShouldBe(Votes + 1);
        (await log.TreeOf(after.Size).RootAsync(Votes)).ShouldBe(before.Root);
        (await log.ProvenAsync($"/log/tally/{Tool}")).Version.ShouldBe(Votes + 1);
        await using var connection = await Stores.OpenAsync(ledger);
        (
            await Should.ThrowAsync<System.Data.Common.DbException>(() => Stores.ExecuteAsync(connection, "delete from log_tiles"))
        ).Message.ShouldContain("append-only", Case.Insensitive, "the tables are guarded again");
    }

    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.Postgres)]
    public async Task Provable_a_log_rebuilt_from_other_entries_is_not_signed(Store store)
    {
        var ledger = await stores.NewLedgerAsync(store);
        var logs = new CapturedLogs(LogLevel.Error);
        await using var voting = await TestVoting.StartAsync(
            ledger: ledger,
            settings: PublicLog.Settings,
            add: builder => builder.Logging.AddProvider(logs)
        );
        var before = await CastManyAsync(voting);
        await UnguardedAsync(store, ledger, "update entries set choice = 2 where id = 3");

        (await OperatorTool.RunAsync("log", "rebuild", "--ledger", ledger, "--yes")).Code.ShouldBe(0);

        await Eventually.HoldsAsync(
            () => logs.Lines.Any(line => line.Message.Contains($"the first {Votes} entries are not those", StringComparison.Ordinal)),
            "the log is not signed"
        );
        (await new PublicLog(voting.Http).CheckpointAsync())!.Root.ShouldBe(before.Root, "what was signed is still shown");
    }

    private static async Task<Checkpoint> CastManyAsync(TestVoting voting)
    {
        var (votes, hasher) = (voting.App.Services.GetRequiredService<VoteLedger>(), voting.App.Services.GetRequiredService<VoterHasher>());
        var casts = new List<Cast>();
        for (var place = 0; place < Votes; place++)
            casts.Add(new Cast(await hasher.OfAsync(Guid.NewGuid(), default), Tool, Choice.Ship, Mark.Draw()));
        await votes.CommitAsync(casts, default);
        return await new PublicLog(voting.Http).CoveringAsync(Votes);
    }

    private static string Zero(Store store) => store is Store.Sqlite ? "x'00'" : "'\\x00'";

    // As somebody who owns the database.
    private static async Task UnguardedAsync(Store store, string ledger, string sql)
    {
        await using var connection = await Stores.OpenAsync(ledger);
        string[] off =
            store is Store.Sqlite
                ? ["drop trigger log_bundles_only_grow", "drop trigger entries_are_not_changed"]
                : ["alter table log_bundles disable trigger user", "alter table entries disable trigger user"];
        foreach (var statement in (string[])[.. off, sql])
            await Stores.ExecuteAsync(connection, statement);
    }
}
