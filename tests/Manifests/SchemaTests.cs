using System.Data.Common;
using Manifests.Tests.Schemas;
using Microsoft.Data.Sqlite;
using Shouldly;
using Xunit;

namespace Manifests.Tests;

/// <summary>The code of the last release runs on the newest schema: in a rolling upgrade, and after a rollback.</summary>
public sealed class SchemaTests(SchemaServer server) : IClassFixture<SchemaServer>
{
    public static TheoryData<SchemaScripts> Schemas =>
        [
            .. from service in (string[])["Catalog", "Voting", "Newsletter", "Webhooks"]
            from kind in (string[])["Postgres", "Sqlite"]
            select new SchemaScripts(service, kind),
        ];

    [Theory, MemberData(nameof(Schemas))]
    public void A_script_that_was_released_never_changes(SchemaScripts scripts)
    {
        foreach (var script in scripts.All.Where(scripts.Released.ContainsKey))
            scripts
                .Hash(script)
                .ShouldBe(
                    scripts.Released[script],
                    $"{scripts.Service}: {script} was released; databases that have it will never see what was changed"
                );
        scripts
            .Released.Keys.Where(script =>
                !script.StartsWith(scripts.Kind == "Postgres" ? "Sqlite/" : "Postgres/", StringComparison.Ordinal)
            )
            .ShouldBeSubsetOf(scripts.All);
        // Applied in order, so a new one can't come before.
        scripts.New.ShouldBe(scripts.All.Skip(scripts.All.Count - scripts.New.Count));
    }

    [Theory, MemberData(nameof(Schemas))]
    public async Task What_the_last_release_uses_is_still_there_and_nothing_more_is_demanded_of_it(SchemaScripts scripts)
    {
        if (Broken(scripts))
            return;
        await using var released = await DatabaseAsync(scripts, scripts.All.Except(scripts.New));
        await using var newest = await DatabaseAsync(scripts, scripts.All);
        (await SchemaDescription.ReadAsync(released, scripts.Kind))
            .BrokenBy(await SchemaDescription.ReadAsync(newest, scripts.Kind))
            .Where(broken => !IsHarmless(scripts, broken))
            .ShouldBeEmpty();
    }

    // A script may say so of a trigger by name, when it refuses only what no release does, and of a constraint on columns of its own.
    private static bool IsHarmless(SchemaScripts scripts, string broken) =>
        broken.Split([" trigger ", " constraint "], StringSplitOptions.None) is [_, var named]
        && scripts.New.Any(script => scripts.Text(script).Contains($"-- harmless: {named}\n", StringComparison.Ordinal));

    [Theory, MemberData(nameof(Schemas))]
    public async Task What_the_last_release_says_is_answered_as_before(SchemaScripts scripts)
    {
        if (Broken(scripts))
            return;
        await using var released = await DatabaseAsync(scripts, scripts.All.Except(scripts.New));
        await using var newest = await DatabaseAsync(scripts, scripts.All);
        scripts.Statements.Count.ShouldBeGreaterThan(5);
        foreach (var statement in scripts.Statements)
            (await newest.RowsAsync(statement)).ShouldBe(await released.RowsAsync(statement), statement);
    }

    [Theory]
    [InlineData("drop table b", "no longer there: table b")]
    [InlineData("alter table a rename column kept to renamed", "no longer there: column a.kept")]
    [InlineData("alter table a add column more text not null", "demanded now: a requires more")]
    [InlineData(
        "drop function f(int); create function f(p_more text) returns int language sql as 'select 1'",
        "no longer there: function f"
    )]
    [InlineData("create unique index one on a (kept)", "demanded now: a unique")]
    [InlineData("alter table a add check (kept <> '')", "demanded now: a constraint")]
    [InlineData("alter table a alter column kept type varchar(9)", "no longer there: column a.kept text")]
    public async Task A_script_that_breaks_the_last_release_is_named(string script, string broken)
    {
        await using var database = await server.NewDatabaseAsync();
        await database.RowsAsync(
            "create table a (kept text); create table b (x int); create function f(p int) returns int language sql as 'select p'"
        );
        var before = await SchemaDescription.ReadAsync(database, "Postgres");
        await database.RowsAsync(script);
        before
            .BrokenBy(await SchemaDescription.ReadAsync(database, "Postgres"))
            .ShouldContain(line => line.StartsWith(broken, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_script_that_only_adds_breaks_nothing()
    {
        await using var database = await server.NewDatabaseAsync();
        await database.RowsAsync("create table a (kept text)");
        var before = await SchemaDescription.ReadAsync(database, "Postgres");
        await database.RowsAsync(
            "alter table a add column more text not null default ''; create table c (x int not null unique); create function g() returns int language sql as 'select 1'; create index i on a (more)"
        );
        before.BrokenBy(await SchemaDescription.ReadAsync(database, "Postgres")).ShouldBeEmpty();
    }

    // Said in the script and in the runbook: a leak that must be closed can't wait for a release.
    private static bool Broken(SchemaScripts scripts) =>
        scripts.New.Any(script => scripts.Text(script).Contains("-- breaks: ", StringComparison.Ordinal));

    private async Task<DbConnection> DatabaseAsync(SchemaScripts scripts, IEnumerable<string> applied)
    {
        DbConnection database = scripts.Kind == "Postgres" ? await server.NewDatabaseAsync() : new SqliteConnection("Data Source=:memory:");
        if (database is SqliteConnection)
            await database.OpenAsync();
        foreach (var script in applied)
            await database.RowsAsync(scripts.Text(script));
        return database;
    }
}
