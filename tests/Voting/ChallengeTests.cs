using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Testing.Machine;
using Voting.Batching;
using Voting.Challenges;
using Xunit;
using static Voting.Challenges.ChallengeOutcome;

namespace Voting.Tests;

/// <summary>Promise **Hard to rig**: what a voter above the quota does instead of being refused can neither be skipped nor shared.</summary>
public sealed class ChallengeTests(Stores stores)
{
    private const string Tool = "cursor-2-0";
    private static readonly byte[] Here = [1, 2, 3, 4, 5, 6, 7, 8];
    private static readonly byte[] Elsewhere = [1, 2, 3, 4, 5, 6, 7, 9];
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);

    [Fact]
    public async Task ALTCHAs_own_library_finds_the_answer_and_agrees_that_it_is_right()
    {
        await using var voting = await StartAsync("--Quota:ChallengeCost=20000");
        var challenge = Work(voting).Make(Tool, Here);

        var answer = await AskNodeAsync("answer.mjs", challenge);

        answer.GetProperty("verified").GetBoolean().ShouldBeTrue("by the key's signature");
        answer.GetProperty("derived").GetBoolean().ShouldBeTrue("by deriving the key again");
        (await TakeAsync(voting, answer.GetProperty("altcha").GetString()!)).ShouldBe(Valid);
        (await TakeAsync(voting, answer.GetProperty("altcha").GetString()!)).ShouldBe(AlreadyUsed);
    }

    [Fact]
    public async Task The_pages_own_worker_finds_the_answer_too()
    {
        await using var voting = await StartAsync("--Quota:ChallengeCost=20000");

        var answer = await AskNodeAsync("page.mjs", Work(voting).Make(Tool, Here));

        (await TakeAsync(voting, answer.GetProperty("altcha").GetString()!)).ShouldBe(Valid);
    }

    [Theory, InlineData(Store.Sqlite), InlineData(Store.Postgres)]
    public async Task An_answer_that_is_sent_many_times_at_once_to_two_replicas_is_taken_once(Store store)
    {
        var ledger = await stores.NewLedgerAsync(store);
        await using var one = await StartOnAsync(ledger);
        await using var other = await StartOnAsync(ledger);
        var altcha = Solve(Work(one).Make(Tool, Here));

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(n => TakeAsync(n % 2 == 0 ? one : other, altcha)));

        outcomes.Count(outcome => outcome is Valid).ShouldBe(1);
        outcomes.Count(outcome => outcome is AlreadyUsed).ShouldBe(19);
    }

    [Fact]
    public async Task An_answer_is_good_for_its_own_tool_and_network_only_and_for_ten_minutes()
    {
        await using var voting = await StartAsync();
        var altcha = Solve(Work(voting).Make(Tool, Here));

        (await TakeAsync(voting, altcha, tool: "smolvlm2-2b")).ShouldBe(ForAnother);
        (await TakeAsync(voting, altcha, cohort: Elsewhere)).ShouldBe(ForAnother);
        (await TakeAsync(voting, altcha, cohort: [])).ShouldBe(ForAnother);
        _clock.Advance(TimeSpan.FromSeconds(599) - TimeSpan.FromMilliseconds(_clock.GetUtcNow().Millisecond));
        (await TakeAsync(voting, altcha, tool: "smolvlm2-2b")).ShouldBe(ForAnother);
        _clock.Advance(TimeSpan.FromSeconds(2));
        (await TakeAsync(voting, altcha)).ShouldBe(Expired);
        _clock.AdjustTime(_clock.GetUtcNow() - TimeSpan.FromSeconds(60));
        (await TakeAsync(voting, altcha)).ShouldBe(Valid, "none of these attempts used it up");
    }

    [Fact]
    public async Task An_answer_with_any_byte_altered_is_not_taken_and_the_whole_one_is_afterwards()
    {
        await using var voting = await StartAsync();
        var altcha = Solve(Work(voting).Make(Tool, Here));
        var json = Convert.FromBase64String(altcha);

        for (var place = 0; place < json.Length; place++)
            foreach (var flip in (int[])[1, 2, 4, 0x10, 0x20, 0x80])
            {
                var altered = json.ToArray();
                altered[place] ^= (byte)flip;
                (await TakeAsync(voting, Convert.ToBase64String(altered))).ShouldBeOneOf(Malformed, Wrong);
            }

        for (var place = 0; place < altcha.Length; place++)
            foreach (var other in (char[])[(char)(altcha[place] ^ 1), ' ', '=', '-', 'A', 'é'])
                if (other != altcha[place])
                    (await TakeAsync(voting, altcha[..place] + other + altcha[(place + 1)..])).ShouldBeOneOf(Malformed, Wrong);

        (await TakeAsync(voting, altcha)).ShouldBe(Valid);
    }

    [Fact]
    public async Task Whatever_is_sent_in_place_of_an_answer_gets_an_outcome()
    {
        await using var voting = await StartAsync();
        var (mine, another) = (Solve(Work(voting).Make(Tool, Here)), Solve(Work(voting).Make(Tool, Elsewhere)));
        string[] known =
        [
            mine,
            another,
            mine[..100],
            mine[100..],
            "",
            "e30=",
            "bnVsbA==",
            Base64("""{"challenge":{},"solution":{}}"""),
            "\0",
        ];
        var piece = Gen.Int[0, known.Length - 1].Select(place => known[place]);
        var sent = Gen.OneOf(Gen.String, Gen.Select(piece, piece, Gen.String[0, 3], (one, two, rest) => one + rest + two));

        await sent.Where(text => text != mine && text != another)
            .SampleAsync(async text => (await TakeAsync(voting, text)).ShouldBeOneOf(Malformed, Wrong), iter: 2_000, threads: 1);
    }

    // With the secrets at hand, since only then is such a challenge signed: the key's signature alone would let it pass.
    [Theory]
    [InlineData("keyPrefix", "00000000000000000000000000000000")]
    [InlineData("keySignature", "0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("salt", "00000000000000000000000000000000")]
    [InlineData("cost", 999)]
    public async Task A_signed_challenge_whose_parts_do_not_belong_together_is_wrong(string part, object value)
    {
        await using var voting = await StartAsync();
        var answer = JsonNode.Parse(Convert.FromBase64String(Solve(Work(voting).Make(Tool, Here))))!;
        var signed = answer["challenge"]!["parameters"]!.AsObject();
        (await TakeAsync(voting, Signed(answer.DeepClone()))).ShouldBe(Valid, "signed here as there");

        signed[part] = JsonValue.Create(value);

        (await TakeAsync(voting, Signed(answer))).ShouldBe(Wrong);
    }

    [Fact]
    public async Task A_wrong_answer_is_refused_without_the_work_it_names()
    {
        await using var voting = await StartAsync();
        var answer = JsonNode.Parse(Convert.FromBase64String(Solve(Work(voting).Make(Tool, Here))))!;
        // Two billion iterations would take a quarter of an hour.
        answer["challenge"]!["parameters"]!["cost"] = int.MaxValue;

        var watch = Stopwatch.StartNew();
        for (var n = 0; n < 100; n++)
            (await TakeAsync(voting, Base64(answer.ToJsonString()))).ShouldBe(Wrong);
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task A_new_voters_key_signs_challenges_while_those_of_the_old_one_are_still_taken_and_those_of_a_removed_one_are_not()
    {
        var next = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        await using var old = await StartAsync();
        await using var rotated = await StartAsync($"--Voters:SigningKeys:0={next}", $"--Voters:SigningKeys:1={TestVoting.Key}");
        var (before, after) = (Solve(Work(old).Make(Tool, Here)), Solve(Work(rotated).Make(Tool, Here)));

        (await TakeAsync(rotated, before)).ShouldBe(Valid);
        (await TakeAsync(rotated, after)).ShouldBe(Valid);
        (await TakeAsync(old, after)).ShouldBe(Wrong);
    }

    [Fact]
    public async Task Challenges_for_one_network_have_nothing_in_common_and_name_neither_it_nor_the_tool()
    {
        await using var voting = await StartAsync();
        var challenges = Enumerable.Range(0, 50).Select(_ => Work(voting).Make(Tool, Here)).ToList();

        foreach (
            var read in (Func<Challenge, string>[])
                [c => c.Parameters.Data.For, c => c.Parameters.Nonce, c => c.Parameters.Salt, c => c.Parameters.KeyPrefix, c => c.Signature]
        )
            challenges.Select(read).Distinct().Count().ShouldBe(50);
        var text = JsonSerializer.Serialize(challenges);
        text.ShouldNotContain(Tool);
        text.ShouldNotContain(Convert.ToHexStringLower(Here));
    }

    [Theory, InlineData(Store.Sqlite), InlineData(Store.Postgres)]
    public async Task Nothing_is_taken_while_the_ledger_does_not_remember_what_was_and_the_same_answer_is_afterwards(Store store)
    {
        var ledger = await stores.NewLedgerAsync(store);
        await using var voting = await StartOnAsync(ledger);
        await using var connection = await Stores.OpenAsync(ledger);
        var altcha = Solve(Work(voting).Make(Tool, Here));
        await Stores.ExecuteAsync(connection, "alter table spent_challenges rename to gone");

        await Should.ThrowAsync<LedgerUnavailableException>(() => TakeAsync(voting, altcha));

        await Stores.ExecuteAsync(connection, "alter table gone rename to spent_challenges");
        (await TakeAsync(voting, altcha)).ShouldBe(Valid);
    }

    [Theory, InlineData(Store.Sqlite), InlineData(Store.Postgres)]
    public async Task What_is_remembered_of_answers_is_removed_once_they_have_expired(Store store)
    {
        var ledger = await stores.NewLedgerAsync(store);
        await using var voting = await StartOnAsync(ledger);
        for (var n = 0; n < 5; n++)
            (await TakeAsync(voting, Solve(Work(voting).Make(Tool, Here)))).ShouldBe(Valid);
        (await RememberedAsync(ledger)).ShouldBe(5);

        _clock.Advance(TimeSpan.FromMinutes(16));
        (await TakeAsync(voting, Solve(Work(voting).Make(Tool, Here)))).ShouldBe(Valid);

        (await RememberedAsync(ledger)).ShouldBe(1);
    }

    private Task<TestVoting> StartAsync(params string[] settings) => StartOnAsync(ledger: null, settings);

    private Task<TestVoting> StartOnAsync(string? ledger, params string[] settings) =>
        TestVoting.StartAsync(
            ledger: ledger,
            settings: ["--Quota:ChallengeCost=4000", .. settings],
            add: builder => builder.Services.AddSingleton<TimeProvider>(_clock)
        );

    private static ProofOfWork Work(TestVoting voting) => voting.App.Services.GetRequiredService<ProofOfWork>();

    private static Task<ChallengeOutcome> TakeAsync(TestVoting voting, string altcha, string tool = Tool, byte[]? cohort = null) =>
        Work(voting).VerifyAsync(altcha, tool, cohort ?? Here, TestContext.Current.CancellationToken).AsTask();

    private static async Task<long> RememberedAsync(string ledger)
    {
        await using var connection = await Stores.OpenAsync(ledger);
        await using var command = connection.CreateCommand();
        command.CommandText = "select count(*) from spent_challenges";
        return (long)(await command.ExecuteScalarAsync())!;
    }

    internal static string Solve(Challenge challenge)
    {
        var parameters = challenge.Parameters;
        for (var counter = 0; counter <= parameters.Data.UpTo; counter++)
        {
            var key = Rfc2898DeriveBytes.Pbkdf2(
                Convert.FromHexString($"{parameters.Nonce}{counter:x8}"),
                Convert.FromHexString(parameters.Salt),
                parameters.Cost,
                HashAlgorithmName.SHA256,
                parameters.KeyLength
            );
            if (Convert.ToHexStringLower(key).StartsWith(parameters.KeyPrefix, StringComparison.Ordinal))
                return Base64(
                    JsonSerializer.Serialize(
                        new { challenge, solution = new { counter, derivedKey = Convert.ToHexStringLower(key) } },
                        JsonSerializerOptions.Web
                    )
                );
        }

        throw new InvalidOperationException("No counter is right.");
    }

    // The members' alphabetical order is that of the challenge as it was sent.
    private static string Signed(JsonNode answer)
    {
        var challenge = answer["challenge"]!;
        challenge["signature"] = Mac(Secret("signature"), challenge["parameters"]!.ToJsonString());
        return Base64(answer.ToJsonString());
    }

    private static string Secret(string what) =>
        Mac(Convert.FromBase64String(TestVoting.Key), Encoding.UTF8.GetBytes($"verdicts.challenge/v1 {what}"));

    private static string Mac(string secret, string text) => Mac(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(text));

    private static string Mac(byte[] secret, byte[] text) => Convert.ToHexStringLower(HMACSHA256.HashData(secret, text));

    private static string Base64(string json) => Convert.ToBase64String(Encoding.UTF8.GetBytes(json));

    private static async Task<JsonElement> AskNodeAsync(string script, Challenge challenge)
    {
        var node = Programs.Find("node");
        Assert.SkipWhen(node is null, "Node is not installed.");
        using var process = Process.Start(
            new ProcessStartInfo(node!, [Path.Combine(AppContext.BaseDirectory, "Altcha", script)])
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            }
        )!;
        await process.StandardInput.WriteAsync(
            JsonSerializer.Serialize(
                new
                {
                    challenge,
                    signature = Secret("signature"),
                    keySignature = Secret("key signature"),
                },
                JsonSerializerOptions.Web
            )
        );
        process.StandardInput.Close();
        return JsonSerializer.Deserialize<JsonElement>(await process.StandardOutput.ReadToEndAsync());
    }
}
