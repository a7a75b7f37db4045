using System.Net.Http.Json;
using Microsoft.Data.Sqlite;
using Shouldly;
using Testing;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>What somebody who has only the log and its key finds out about a site.</summary>
public sealed class PublicLogTests
{
    private const int Voters = 6;

    private static readonly string[] Tools = ["cursor-2-0", "smolvlm2-2b"];

    [Fact]
    public async Task Provable_a_strangers_recount_agrees_with_the_site_and_finds_a_vote_that_was_changed_behind_its_back()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var site = new StandaloneProcess();
        await site.StartAsync();
        for (var voter = 0; voter < Voters; voter++)
            await VoteAsync(site.Http, voter % 3 == 0 ? "skip" : "ship");
        var key = (await site.Http.GetStringAsync("/log/key", cancellationToken)).Split('\n')[0];
        await Eventually.HoldsAsync(
            async () => (await site.Http.GetStringAsync("/log/checkpoint", cancellationToken)).Split('\n')[1] == $"{Voters * Tools.Length}",
            "the checkpoint covers every vote"
        );

        var (copy, state) = (Path.Combine(site.Folder, "copy"), Path.Combine(site.Folder, "last.checkpoint"));
        string[] recount = ["recount", "--log", site.Address.ToString(), "--key", key, "--state", state];
        var (code, answer, errors) = await OperatorTool.RunAsync([.. recount, "--save", copy]);
        code.ShouldBe(0, errors + answer);
        var facts = answer.GetProperty("facts");
        facts.GetProperty("entries").GetInt64().ShouldBe(Voters * Tools.Length);
        facts.GetProperty("tallies").GetInt32().ShouldBe(Tools.Length);

        await site.KillAsync();
        Change(Path.Combine(site.Folder, "ledger.db"));
        await site.StartAsync();
        (code, answer, errors) = await OperatorTool.RunAsync(recount);
        code.ShouldBe(1, errors);
        answer.Wrongs().ShouldContain(wrong => wrong.StartsWith("The log was rewritten"));
        answer.Wrongs().ShouldContain(wrong => wrong.StartsWith("Entry 0: its hash is not the one in tile/0/000"));
        (await OperatorTool.RunAsync("recount", "--log", copy, "--key", key)).Code.ShouldBe(0, "a copy needs no site");
    }

    private static async Task VoteAsync(HttpClient http, string choice)
    {
        using var made = await http.PostAsync("/api/voters", null, TestContext.Current.CancellationToken);
        var token = (await made.Content.ReadFromJsonAsync<Voter>(TestContext.Current.CancellationToken))!.Token;
        foreach (var tool in Tools)
        {
            using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/votes/{tool}") { Content = JsonContent.Create(new { choice }) };
            request.Headers.Add("Authorization", $"Voter {token}");
            using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
            answer.EnsureSuccessStatusCode();
        }
    }

    private sealed record Voter(string Token);

    // Whoever owns the database can also drop what keeps it from changing.
    private static void Change(string database)
    {
        using var connection = new SqliteConnection($"Data Source={database};Pooling=false");
        connection.Open();
        foreach (var trigger in Read(connection, "select name from sqlite_master where type = 'trigger' and tbl_name = 'log_bundles'"))
            Execute(connection, $"drop trigger {trigger}");
        Execute(
            connection,
            "update log_bundles set entries = cast(replace(cast(entries as text), '1 0 1 skip', '1 1 0 ship') as blob) where n = 0"
        );
    }

    private static List<string> Read(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var names = new List<string>();
        while (reader.Read())
            names.Add(reader.GetString(0));
        return names;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
