using System.Buffers.Text;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Contracts.Log;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shouldly;
using Testing;
using Voting.Ledger;
using Voting.Voters;
using Xunit;

namespace Voting.Tests.Log;

public sealed class ProvableTests(Stores stores)
{
    private const string Tool = "cursor-2-0";

    public static TheoryData<Store> Both { get; } = [Store.Sqlite, Store.Postgres];

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Provable_a_vote_is_found_in_the_log_under_the_mark_that_only_its_reader_can_recognize(Store store)
    {
        await using var voting = await StartAsync(await stores.NewLedgerAsync(store));
        var log = new PublicLog(voting.Http);
        for (var vote = 0; vote < 5; vote++)
        {
            var nonce = RandomNumberGenerator.GetBytes(32);
            var choice = vote % 2 == 0 ? "ship" : "skip";
            var answer = await FirstAsync(voting, nonce, choice);
            var index = answer.GetProperty("index").GetInt64();
            index.ShouldBe(vote);
            answer.GetProperty("state").GetString().ShouldBe("counted");

            await log.CoveringAsync(index + 1);
            var leaf = await log.ProvenAsync($"/log/proof/{index}");
            leaf.Mark.ShouldBe(answer.GetProperty("mark").GetString());
            leaf.Mark.ShouldBe(MarkOf(nonce, answer.GetProperty("salt").GetString()!));
            (leaf.Tool, leaf.Choice, leaf.Previous, leaf.Seq, leaf.Version).ShouldBe((Tool, choice, "-", 1, vote + 1));
            (leaf.Ship, leaf.Skip).ShouldBe((vote / 2 + 1, (vote + 1) / 2));
            (await log.ProvenAsync($"/log/tally/{Tool}")).ShouldBe(leaf);
        }
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task One_vote_the_same_request_again_answers_the_same_entry_mark_and_salt(Store store)
    {
        await using var voting = await StartAsync(await stores.NewLedgerAsync(store));
        var nonce = RandomNumberGenerator.GetBytes(32);
        var first = await FirstAsync(voting, nonce, "ship");
        var again = await FirstAsync(voting, nonce, "ship");
        foreach (var field in (string[])["index", "mark", "salt", "seq"])
            again.GetProperty(field).ToString().ShouldBe(first.GetProperty(field).ToString());

        var voter = first.GetProperty("token").GetString()!;
        var changed = await TestVoting.JsonAsync(await voting.CastAsync(voter, Tool, "skip"));
        changed.GetProperty("index").GetInt64().ShouldBe(1);
        changed.GetProperty("mark").GetString().ShouldBe(first.GetProperty("mark").GetString());
        changed.TryGetProperty("salt", out _).ShouldBeFalse("no nonce was sent");
        var own = await voting.VoteAsync(voter, Tool);
        own.GetProperty("index").GetInt64().ShouldBe(1);
        own.GetProperty("mark").GetString().ShouldBe(first.GetProperty("mark").GetString());
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task No_personal_data__after_an_erasure_the_same_first_vote_gets_another_mark(Store store)
    {
        await using var voting = await StartAsync(await stores.NewLedgerAsync(store));
        var nonce = RandomNumberGenerator.GetBytes(32);
        var before = await FirstAsync(voting, nonce, "ship");
        (await voting.SendAsync(HttpMethod.Delete, "/api/voters", before.GetProperty("token").GetString())).StatusCode.ShouldBe(
            HttpStatusCode.NoContent
        );
        var after = await FirstAsync(voting, nonce, "ship");
        after.GetProperty("mark").GetString().ShouldNotBe(before.GetProperty("mark").GetString());
        after.GetProperty("seq").GetInt64().ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Provable_a_ledger_of_before_is_caught_up_with_and_every_restart_extends_the_log(Store store)
    {
        const int Old = 9000;
        var ledger = await stores.NewLedgerAsync(store);
        // Without a key nothing is logged, as in a release before the log.
        await using (var before = await TestVoting.StartAsync(ledger: ledger))
        {
            var votes = before.App.Services.GetRequiredService<VoteLedger>();
            var hasher = before.App.Services.GetRequiredService<VoterHasher>();
            for (var batch = 0; batch < Old / 1000; batch++)
            {
                var casts = new List<Cast>();
                for (var place = 0; place < 1000; place++)
                    casts.Add(
                        new Cast(
                            await hasher.OfAsync(Guid.NewGuid(), default),
                            Tool,
                            place % 3 == 0 ? Choice.Skip : Choice.Ship,
                            Mark.Draw()
                        )
                    );
                await votes.CommitAsync(casts, default);
            }

            (await before.Http.GetAsync("/log/checkpoint")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        }

        Checkpoint first;
        await using (var voting = await StartAsync(ledger))
        {
            first = await new PublicLog(voting.Http).CoveringAsync(Old);
            (await new PublicLog(voting.Http).EntriesAsync(first))[^1].Version.ShouldBe(Old);
        }

        await using var restarted = await StartAsync(ledger);
        var log = new PublicLog(restarted.Http);
        await FirstAsync(restarted, RandomNumberGenerator.GetBytes(32), "ship");
        var next = await log.CoveringAsync(Old + 1);
        var extension = await log.TreeOf(next.Size).ConsistencyAsync(first.Size);
        LogProof.IsExtended(first.Size, first.Root, next.Size, next.Root, extension).ShouldBeTrue();
        (await log.TreeOf(next.Size).RootAsync(first.Size)).ShouldBe(first.Root);
    }

    [Fact]
    public async Task Provable_two_replicas_that_both_sign_serve_one_history()
    {
        var ledger = await stores.NewLedgerAsync(Store.Postgres);
        await using var one = await StartAsync(ledger);
        await using var other = await StartAsync(ledger);
        var seen = new List<Checkpoint>();
        for (var vote = 0; vote < 40; vote++)
        {
            var (taker, reader) = vote % 2 == 0 ? (one, other) : (other, one);
            await FirstAsync(taker, RandomNumberGenerator.GetBytes(32), "ship");
            if (await new PublicLog(reader.Http).CheckpointAsync() is { } checkpoint)
                seen.Add(checkpoint);
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        seen.Add(await new PublicLog(one.Http).CoveringAsync(40));
        seen.Select(checkpoint => checkpoint.Size).ShouldBeInOrder();
        foreach (var checkpoint in seen.Where(checkpoint => checkpoint.Size > 0))
            (await new PublicLog(other.Http).TreeOf(40).RootAsync(checkpoint.Size)).ShouldBe(checkpoint.Root);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Provable_a_restored_backup_refuses_to_sign_until_it_has_a_name_of_its_own(Store store)
    {
        var guard = Path.Combine(Directory.CreateTempSubdirectory("guard-").FullName, "checkpoint");
        await using (var voting = await StartAsync(await stores.NewLedgerAsync(store), $"--Log:GuardFile={guard}"))
        {
            for (var vote = 0; vote < 3; vote++)
                await FirstAsync(voting, RandomNumberGenerator.GetBytes(32), "ship");
            await new PublicLog(voting.Http).CoveringAsync(3);
        }

        // What a restored backup is: a ledger that continues otherwise from an earlier moment.
        var restored = await stores.NewLedgerAsync(store);
        await using (var voting = await StartAsync(restored, $"--Log:GuardFile={guard}"))
        {
            for (var vote = 0; vote < 5; vote++)
                await FirstAsync(voting, RandomNumberGenerator.GetBytes(32), "skip");
        }

        var logs = new CapturedLogs(LogLevel.Error);
        await using (
            var voting = await TestVoting.StartAsync(
                ledger: restored,
                settings: [.. PublicLog.Settings, $"--Log:GuardFile={guard}"],
                add: builder => builder.Logging.AddProvider(logs)
            )
        )
        {
            await Eventually.HoldsAsync(
                () =>
                    logs.Lines.Any(line =>
                        line.Message.Contains("the first 3 entries are not those that were signed", StringComparison.Ordinal)
                    ),
                "the log is not signed"
            );
            (await new PublicLog(voting.Http).CheckpointAsync()).ShouldBeNull();
        }

        await using var renamed = await StartAsync(restored, $"--Log:GuardFile={guard}", "--Log:Origin=verdicts.example/log/2");
        // The five votes, and the entry that announces the key under the new name.
        (await new PublicLog(renamed.Http, PublicLog.Vkey("verdicts.example/log/2")).CoveringAsync(6)).Size.ShouldBe(6);
    }

    [Theory]
    [InlineData(Store.Sqlite, "update entries set choice = 2")]
    [InlineData(Store.Sqlite, "delete from entries")]
    [InlineData(Store.Sqlite, "update log_tiles set hashes = x'00'")]
    [InlineData(Store.Sqlite, "delete from log_tiles")]
    [InlineData(Store.Sqlite, "update log_bundles set entries = x'00'")]
    [InlineData(Store.Sqlite, "update log_head set size = 0")]
    [InlineData(Store.Postgres, "update entries set choice = 2")]
    [InlineData(Store.Postgres, "delete from entries")]
    [InlineData(Store.Postgres, "truncate entries")]
    [InlineData(Store.Postgres, "update log_tiles set hashes = '\\x00'")]
    [InlineData(Store.Postgres, "delete from log_tiles")]
    [InlineData(Store.Postgres, "update log_bundles set entries = '\\x00'")]
    [InlineData(Store.Postgres, "update log_head set size = 0")]
    public async Task Provable_the_schema_refuses_to_rewrite_history(Store store, string sql)
    {
        var ledger = await stores.NewLedgerAsync(store);
        await using var voting = await StartAsync(ledger);
        await FirstAsync(voting, RandomNumberGenerator.GetBytes(32), "ship");
        await new PublicLog(voting.Http).CoveringAsync(1);
        await using var connection = await Stores.OpenAsync(ledger);
        (await Should.ThrowAsync<System.Data.Common.DbException>(() => Stores.ExecuteAsync(connection, sql))).Message.ShouldContain(
            "append-only"
        );
    }

    [Fact]
    public async Task Provable_the_log_tells_what_it_does_not_have()
    {
        var ledger = await stores.NewLedgerAsync(Store.Sqlite);
        await using (var unsigned = await TestVoting.StartAsync(ledger: ledger))
        {
            await FirstAsync(unsigned, RandomNumberGenerator.GetBytes(32), "ship");
            await ExpectAsync(unsigned, "/log/checkpoint", 404, "log-not-signed", retry: true);
            await ExpectAsync(unsigned, "/log/key", 404, "log-not-signed", retry: true);
            await ExpectAsync(unsigned, "/log/proof/0", 404, "not-covered-yet", retry: true);
        }

        await using var voting = await StartAsync(ledger);
        await new PublicLog(voting.Http).CoveringAsync(1);
        await ExpectAsync(voting, "/log/proof/1", 404, "unknown-entry");
        await ExpectAsync(voting, "/log/proof/-1", 404, "unknown-entry");
        await ExpectAsync(voting, "/log/proof/99999999999999999999", 404, "unknown-entry");
        await ExpectAsync(voting, "/log/tally/old-tool", 404, "no-entries");
        await ExpectAsync(voting, "/log/tile/0/000", 404, "unknown-tile");
        await ExpectAsync(voting, "/log/tile/0/000.p/2", 404, "unknown-tile");
        await ExpectAsync(voting, "/log/tile/entries/001", 404, "unknown-tile");
        await ExpectAsync(voting, "/log/tile/0/1", 400, "malformed-tile");
        await ExpectAsync(voting, "/log/tile/data/000", 400, "malformed-tile");
        await ExpectAsync(voting, "/log/tile/0/000.p/0", 400, "malformed-tile");
        (await voting.Http.GetStringAsync("/log/key")).ShouldBe($"{PublicLog.Vkey()}\n");

        using var tile = await voting.Http.GetAsync("/log/tile/0/000.p/1", TestContext.Current.CancellationToken);
        tile.Headers.CacheControl!.ToString().ShouldBe("public, max-age=31536000, immutable");
        tile.Headers.GetValues("Access-Control-Allow-Origin").ShouldBe(["*"]);
        tile.Content.Headers.ContentLength.ShouldBe(LogHash.Length);
        using var checkpoint = await voting.Http.GetAsync("/log/checkpoint", TestContext.Current.CancellationToken);
        checkpoint.Headers.CacheControl!.NoStore.ShouldBeTrue();
        checkpoint.Content.Headers.ContentType!.MediaType.ShouldBe("text/plain");
    }

    private static async Task ExpectAsync(TestVoting voting, string path, int status, string type, bool retry = false)
    {
        using var answer = await voting.Http.GetAsync(path, TestContext.Current.CancellationToken);
        ((int)answer.StatusCode).ShouldBe(status, path);
        (await TestVoting.JsonAsync(answer)).GetProperty("type").GetString().ShouldBe($"urn:problem-type:{type}", path);
        (answer.Headers.RetryAfter is not null).ShouldBe(retry, path);
    }

    private static Task<TestVoting> StartAsync(string ledger, params string[] settings) =>
        TestVoting.StartAsync(ledger: ledger, settings: [.. PublicLog.Settings, .. settings]);

    private static async Task<JsonElement> FirstAsync(TestVoting voting, byte[] nonce, string choice)
    {
        using var body = JsonContent.Create(
            new
            {
                choice,
                voter = "new",
                nonce = Base64Url.EncodeToString(nonce),
            }
        );
        using var answer = await voting.SendAsync(HttpMethod.Put, $"/api/votes/{Tool}", body: body);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        return await TestVoting.JsonAsync(answer);
    }

    private static string MarkOf(byte[] nonce, string salt) =>
        Base64Url.EncodeToString(
            SHA256.HashData([.. Encoding.ASCII.GetBytes("verdicts.mark/v1\n"), .. nonce, .. Base64Url.DecodeFromChars(salt)]).AsSpan(0, 16)
        );
}
