using Hosting;
using Hosting.Messaging;
using Npgsql;
using Shouldly;
using Testing;
using Xunit;

namespace Voting.Tests;

/// <summary>On PostgreSQL one login owns the ledger, and the one that serves may do what serving needs and no more.</summary>
public sealed class ServingLoginTests(Stores stores)
{
    private const string Tool = "cursor-2-0";

    [Fact]
    public async Task The_service_works_whole_as_a_login_that_owns_nothing_once_migrate_ran_as_the_owner()
    {
        var (owner, serving) = await stores.NewLoginsAsync();
        (await MigrateAsync(owner, serving)).ShouldBe(0);
        await using var voting = await ServeAsync(serving);
        var (stays, leaves) = (await voting.NewVoterAsync(), await voting.NewVoterAsync());

        (await voting.CastAsync(stays, Tool, "ship")).EnsureSuccessStatusCode();
        (await voting.CastAsync(stays, Tool, "skip")).EnsureSuccessStatusCode();
        (await voting.CastAsync(leaves, Tool, "ship")).EnsureSuccessStatusCode();
        (await voting.WithdrawAsync(leaves, Tool)).EnsureSuccessStatusCode();
        (await voting.CastAsync(leaves, "smolvlm2-2b", "ship")).EnsureSuccessStatusCode();
        (await voting.SendAsync(HttpMethod.Delete, "/api/voters", leaves)).EnsureSuccessStatusCode();

        (await voting.VoteAsync(stays, Tool)).GetProperty("choice").GetString().ShouldBe("skip");
        (await voting.TotalsAsync())[Tool].ShouldBe((0, 1, 4));
        (await voting.TotalsAsync())["smolvlm2-2b"].ShouldBe((0, 0, 2));
        (await voting.LedgerAsync()).Count.ShouldBe(6);
        (await voting.Http.GetAsync("/api/ledger/minutes")).EnsureSuccessStatusCode();
        (await voting.Http.GetAsync("/health/ready")).EnsureSuccessStatusCode();
        await Eventually.HoldsAsync(() => voting.Heard.Of(Tool)?.Version == 4, "the relay published the totals");
        await Eventually.HoldsAsync(
            async () =>
                await OneAsync(
                    owner,
                    "select count(*) from totals t join totals_published p using (tool) where p.published_version = t.version"
                )
                    is 2L,
            "and marked them"
        );
        var (code, _, errors) = await OperatorTool.RunAsync("backup", "verify", "--ledger", serving);
        code.ShouldBe(0, errors);
    }

    [Fact]
    public async Task Provable_the_serving_login_can_neither_rewrite_the_log_nor_change_the_schema()
    {
        var (owner, serving) = await stores.NewLoginsAsync();
        (await MigrateAsync(owner, serving)).ShouldBe(0);
        string[] ofAnyTable =
        [
            "alter table {0} add column more text",
            "alter table {0} disable trigger all",
            "alter table {0} rename to more",
            "drop table {0}",
            "truncate {0}",
            "create trigger more before insert on {0} for each row execute function suppress_redundant_updates_trigger()",
            "create index on {0} ((1))",
        ];
        string[] ofSome =
        [
            "update entries set choice = 1",
            "delete from entries",
            "delete from totals",
            "delete from ledger_head",
            "update ledger_epoch set epoch = epoch + 1",
            "update voter_hash set key = null",
            "delete from voting_schema",
            "create table more (id int)",
            "create temporary table more (id int)",
            "create schema more",
            "create function more() returns int language sql as 'select 1'",
            "create or replace function current_epoch() returns bigint language sql as 'select 1::bigint'",
            "drop function current_epoch()",
            "alter function current_epoch() security definer",
        ];
        var tables = await NamesAsync(owner, "select tablename from pg_tables where schemaname = 'public'");
        tables.Count.ShouldBeGreaterThan(7);

        foreach (
            var statement in (string[])
                [
                    .. ofAnyTable.SelectMany(statement =>
                        tables.Select(table => statement.Replace("{0}", table, StringComparison.Ordinal))
                    ),
                    .. ofSome,
                ]
        )
            (await RefusedAsync(serving, statement)).ShouldBe(PostgresErrorCodes.InsufficientPrivilege, statement);
    }

    [Fact]
    public async Task Every_table_can_be_read_by_the_serving_login_and_a_right_it_once_had_is_taken_away()
    {
        var (owner, serving) = await stores.NewLoginsAsync();
        (await MigrateAsync(owner, serving)).ShouldBe(0);
        await ExecuteAsync(owner, $"grant all on entries to {new NpgsqlConnectionStringBuilder(serving).Username}");
        (await MigrateAsync(owner, serving)).ShouldBe(0);

        (await RefusedAsync(serving, "delete from entries")).ShouldBe(PostgresErrorCodes.InsufficientPrivilege);
        (
            await NamesAsync(
                serving,
                "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' and not has_table_privilege(oid, 'select')"
            )
        ).ShouldBeEmpty();
        (await NamesAsync(serving, "select relname from pg_class where relowner = current_user::regrole")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_service_that_does_not_migrate_waits_for_migrate_and_then_takes_votes_without_a_restart()
    {
        var (owner, serving) = await stores.NewLoginsAsync();
        var starting = ServeAsync(serving);
        await Task.WhenAny(starting, Task.Delay(1500));
        starting.IsCompleted.ShouldBeFalse();
        (await NamesAsync(owner, "select tablename from pg_tables where schemaname = 'public'")).ShouldBeEmpty();

        (await MigrateAsync(owner, serving)).ShouldBe(0);

        await using var voting = await starting;
        (await voting.CastAsync(await voting.NewVoterAsync(), Tool, "ship")).EnsureSuccessStatusCode();
    }

    [Fact]
    public async Task A_ledger_that_one_login_owned_and_served_is_split_while_the_release_before_goes_on()
    {
        var (owner, serving) = await stores.NewLoginsAsync();
        await using var before = await TestVoting.StartAsync(settings: [$"--ConnectionStrings:Ledger={owner}"]);
        var voter = await before.NewVoterAsync();
        (await before.CastAsync(voter, Tool, "ship")).EnsureSuccessStatusCode();

        (await MigrateAsync(owner, serving)).ShouldBe(0);
        await using var after = await ServeAsync(serving);

        (await after.CastAsync(voter, Tool, "skip")).EnsureSuccessStatusCode();
        (await before.CastAsync(voter, Tool, "ship")).EnsureSuccessStatusCode();
        (await after.TotalsAsync())[Tool].ShouldBe((1, 0, 3));
    }

    private static Task<int> MigrateAsync(string owner, string serving) =>
        Service.RunAsync(
            "Voting",
            [
                "migrate",
                $"--ConnectionStrings:LedgerOwner={owner}",
                $"--ConnectionStrings:Ledger={serving}",
                "--ConnectionStrings:Bus=memory",
                "--Services:Catalog=http://127.0.0.1:9",
                $"--Voters:SigningKeys:0={TestVoting.Key}",
                "--Logging:LogLevel:Default=Error",
            ],
            builder =>
            {
                builder.AddVoting();
                builder.AddBus(VotingService.Consumers);
            },
            app => app.MapVoting()
        );

    private static Task<TestVoting> ServeAsync(string serving) =>
        TestVoting.StartAsync(settings: [$"--ConnectionStrings:Ledger={serving}", "--Schema:MigrateAtStart=false"]);

    private static async Task<string> RefusedAsync(string connection, string sql) =>
        (await Should.ThrowAsync<PostgresException>(() => ExecuteAsync(connection, sql), sql)).SqlState;

    private static Task ExecuteAsync(string connection, string sql) => OneAsync(connection, sql);

    private static async Task<object?> OneAsync(string connection, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connection);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    private static async Task<List<string>> NamesAsync(string connection, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connection);
        await using var command = source.CreateCommand(sql);
        await using var rows = await command.ExecuteReaderAsync();
        var names = new List<string>();
        while (await rows.ReadAsync())
            names.Add(rows.GetString(0));
        return names;
    }
}
