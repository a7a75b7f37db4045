using System.Buffers.Text;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Shouldly;
using Xunit;

namespace Voting.Tests;

/// <summary>Promises **Durable** and **Exact**, as far as the ledger carries them on either store; and that anyone can recount.</summary>
public sealed class LedgerTests(Stores stores)
{
    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.Postgres)]
    public async Task Anyone_can_recount_the_ledger_page_by_page_and_gets_the_totals(Store store)
    {
        await using var voting = await TestVoting.StartAsync(ledger: await stores.NewLedgerAsync(store));
        var random = new Random(1);
        var voters = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => voting.NewVoterAsync()));
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 400).Select(_ => (random.Next(30), random.Next(2), random.Next(5))),
            async (step, _) =>
            {
                var (voter, tool, act) = (voters[step.Item1], step.Item2 == 0 ? "cursor-2-0" : "smolvlm2-2b", step.Item3);
                var answer =
                    act == 0 ? await voting.WithdrawAsync(voter, tool) : await voting.CastAsync(voter, tool, act < 3 ? "ship" : "skip");
                answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            }
        );

        var entries = await voting.LedgerAsync(limit: 7);

        entries.Select(entry => entry.GetProperty("id").GetInt64()).ShouldBe(Enumerable.Range(1, entries.Count).Select(i => (long)i));
        var current = new Dictionary<(string?, string?), string?>();
        foreach (var entry in entries)
        {
            var key = (entry.GetProperty("tool").GetString(), entry.GetProperty("voter").GetString());
            entry.GetProperty("previous").GetString().ShouldBe(current.GetValueOrDefault(key));
            current[key] = entry.GetProperty("choice").GetString();
        }

        foreach (var (tool, totals) in await voting.TotalsAsync())
        {
            totals.Ship.ShouldBe(current.Count(vote => vote.Key.Item1 == tool && vote.Value == "ship"));
            totals.Skip.ShouldBe(current.Count(vote => vote.Key.Item1 == tool && vote.Value == "skip"));
            totals.Version.ShouldBe(entries.Count(entry => entry.GetProperty("tool").GetString() == tool));
        }
    }

    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.Postgres)]
    public async Task Added_up_by_minutes_the_ledger_gives_the_totals_page_by_page(Store store)
    {
        await using var voting = await TestVoting.StartAsync(ledger: await stores.NewLedgerAsync(store));
        var voters = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => voting.NewVoterAsync()));
        foreach (var (voter, place) in voters.Select((voter, place) => (voter, place)))
        {
            await voting.CastAsync(voter, "cursor-2-0", "ship");
            await voting.CastAsync(voter, place % 2 == 0 ? "cursor-2-0" : "smolvlm2-2b", "skip");
        }

        await voting.WithdrawAsync(voters[0], "cursor-2-0");
        var entries = await voting.LedgerAsync();
        var sums = new Dictionary<string, (long Ship, long Skip, long Version)>();
        long after = 0;
        while (true)
        {
            var page = await voting.Http.GetFromJsonAsync<JsonElement>($"/api/ledger/minutes?after={after}&limit=7");
            var next = page.GetProperty("next").GetInt64();
            var minutes = page.GetProperty("minutes").EnumerateArray().ToList();
            if (minutes.Count == 0)
            {
                next.ShouldBe(after, "nothing was new");
                break;
            }

            minutes.Sum(minute => minute.GetProperty("entries").GetInt64()).ShouldBe(next - after, "each entry is counted once");
            foreach (var minute in minutes)
            {
                var tool = minute.GetProperty("tool").GetString()!;
                var (ship, skip, version) = sums.GetValueOrDefault(tool);
                sums[tool] = (
                    ship + minute.GetProperty("ship").GetInt64(),
                    skip + minute.GetProperty("skip").GetInt64(),
                    version + minute.GetProperty("entries").GetInt64()
                );
            }

            minutes
                .Max(minute => minute.GetProperty("at").GetDateTimeOffset())
                .ShouldBe(entries[(int)next - 1].GetProperty("at").GetDateTimeOffset());
            after = next;
        }

        after.ShouldBe(21);
        sums.ShouldBe(await voting.TotalsAsync(), ignoreOrder: true);
        sums["cursor-2-0"].ShouldBe((5, 4, 16));
    }

    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.Postgres)]
    public async Task Votes_survive_a_restart_and_tokens_go_on_working(Store store)
    {
        var ledger = await stores.NewLedgerAsync(store);
        string voter;
        await using (var before = await TestVoting.StartAsync(ledger: ledger))
        {
            voter = await before.NewVoterAsync();
            await before.CastAsync(voter, "cursor-2-0", "ship");
        }

        await using var after = await TestVoting.StartAsync(ledger: ledger);

        (await after.VoteAsync(voter, "cursor-2-0")).GetProperty("choice").GetString().ShouldBe("ship");
        (await TestVoting.JsonAsync(await after.CastAsync(voter, "cursor-2-0", "skip"))).GetProperty("seq").GetInt64().ShouldBe(2);
    }

    [Fact]
    public async Task A_ledger_of_an_older_version_keeps_its_votes()
    {
        var folder = Directory.CreateTempSubdirectory("voting-tests-").FullName;
        string voter;
        await using (var before = await TestVoting.StartAsync(folder))
        {
            voter = await before.NewVoterAsync();
            await before.CastAsync(voter, "cursor-2-0", "ship");
        }

        // As the first version made it.
        Run(
                $$"""
                create table older (voter blob not null, tool text not null, pseudonym blob not null, choice integer not null check (choice in (0, 1, 2)),
                                    seq integer not null check (seq > 0), at integer not null, primary key (voter, tool)) without rowid;
                insert into older select x'{{Convert.ToHexString(
                    Base64Url.DecodeFromChars(voter).AsSpan(9, 16)
                )}}', tool, pseudonym, choice, seq, at from votes;
                drop table votes;
                drop table voter_hash;
                drop table ledger_epoch;
                drop table due_withdrawals;
                drop table log_verified;
                drop table log_keys;
                drop table log_tiles;
                drop table log_bundles;
                drop table log_totals;
                drop table log_head;
                drop table log_cosignatures;
                drop table spent_challenges;
                drop table moderations;
                drop table moderated;
                drop table gate_hours;
                drop table cohorts;
                drop table cohort_salts;
                drop table cases;
                drop table integrity_head;
                alter table entries drop column kind;
                alter table totals drop column held;
                alter table totals drop column void;
                alter table totals drop column networks;
                drop trigger entries_are_not_changed;
                drop trigger entries_are_not_deleted;
                alter table older rename to votes;
                delete from voting_schema where ScriptName not like '%0001_ledger.sql';
                """
            )
            .ShouldBe(1, "the scripts after the first are to be applied again");

        await using var after = await TestVoting.StartAsync(folder);

        (await after.VoteAsync(voter, "cursor-2-0")).GetProperty("choice").GetString().ShouldBe("ship");
        (await TestVoting.JsonAsync(await after.CastAsync(voter, "cursor-2-0", "skip"))).GetProperty("seq").GetInt64().ShouldBe(2);
        (await after.TotalsAsync())["cursor-2-0"].ShouldBe((0, 1, 2));

        int Run(string sql)
        {
            using var ledger = new SqliteConnection($"Data Source={folder}/ledger.db;Pooling=false");
            ledger.Open();
            using var command = ledger.CreateCommand();
            command.CommandText = $"begin; {sql} commit;";
            command.ExecuteNonQuery();
            command.CommandText = "select count(*) from voting_schema";
            return Convert.ToInt32(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture);
        }
    }

    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.Postgres)]
    public async Task One_voters_votes_on_two_tools_bear_unrelated_pseudonyms_and_no_voter_id(Store store)
    {
        await using var voting = await TestVoting.StartAsync(ledger: await stores.NewLedgerAsync(store));
        var voter = await voting.NewVoterAsync();
        await voting.CastAsync(voter, "cursor-2-0", "ship");
        await voting.CastAsync(voter, "smolvlm2-2b", "ship");
        await voting.CastAsync(voter, "cursor-2-0", "skip");

        var pseudonyms = (await voting.LedgerAsync()).ConvertAll(entry => entry.GetProperty("voter").GetString()!);

        pseudonyms[0].ShouldBe(pseudonyms[2]);
        pseudonyms[0].ShouldNotBe(pseudonyms[1]);
        var id = Convert.ToHexStringLower(Base64Url.DecodeFromChars(voter).AsSpan(9, 16));
        pseudonyms.ShouldAllBe(pseudonym => pseudonym != id);
    }

    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.Postgres)]
    public async Task While_the_ledger_is_locked_votes_get_503_with_retry_after_and_never_a_false_success(Store store)
    {
        var ledger = await stores.NewLedgerAsync(store);
        await using var voting = await TestVoting.StartAsync(ledger: ledger);
        var voter = await voting.NewVoterAsync();
        await voting.CastAsync(voter, "cursor-2-0", "ship");

        await using (var other = await Stores.OpenAsync(ledger))
        {
            // SQLite's takes the writer's lock as it begins; PostgreSQL's batches wait for this row.
            await using var hold = await other.BeginTransactionAsync();
            if (store is Store.Postgres)
                await Stores.ExecuteAsync(other, "select last_id from ledger_head for update");
            var answer = await voting.CastAsync(voter, "cursor-2-0", "skip");
            answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            answer.Headers.RetryAfter.ShouldNotBeNull();
            (await TestVoting.JsonAsync(answer)).GetProperty("type").GetString().ShouldBe("urn:problem-type:ledger-unavailable");
        }

        (await TestVoting.JsonAsync(await voting.CastAsync(voter, "cursor-2-0", "skip"))).GetProperty("seq").GetInt64().ShouldBe(2);
    }

    [Theory]
    [InlineData("after=-1")]
    [InlineData("limit=0")]
    [InlineData("limit=-5")]
    [InlineData("after=x")]
    [InlineData("after=99999999999999999999")]
    [InlineData("limit=9999999999")]
    public async Task A_malformed_range_is_refused(string query)
    {
        await using var voting = await TestVoting.StartAsync();
        foreach (var path in (string[])["/api/ledger", "/api/ledger/minutes"])
        {
            var answer = await voting.Http.GetAsync($"{path}?{query}");
            answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        }
    }

    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.Postgres)]
    public async Task Reading_past_the_end_answers_nothing_and_the_same_place_to_go_on_from(Store store)
    {
        await using var voting = await TestVoting.StartAsync(ledger: await stores.NewLedgerAsync(store));
        var page = await voting.Http.GetFromJsonAsync<JsonElement>("/api/ledger?after=500");
        page.GetProperty("entries").GetArrayLength().ShouldBe(0);
        page.GetProperty("next").GetInt64().ShouldBe(500);
    }
}
