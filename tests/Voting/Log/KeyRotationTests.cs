using System.Text.Json;
using Contracts.Log;
using NSec.Cryptography;
using Shouldly;
using Testing;
using Xunit;

namespace Voting.Tests.Log;

/// <summary>The key that signs the log is replaced without a moment in which a verifier has to take somebody's word for the new one.</summary>
public sealed class KeyRotationTests(Stores stores)
{
    private const string Tool = "cursor-2-0";
    private const string NewSeed = "bmV3LW5ldy1uZXctbmV3LW5ldy1uZXctbmV3LW5ldy0=";

    public static TheoryData<Store> Both { get; } = [Store.Sqlite, Store.Postgres];

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Provable_an_entry_that_the_old_key_signs_announces_the_new_one_once(Store store)
    {
        var ledger = await stores.NewLedgerAsync(store);
        string voter;
        await using (var before = await StartAsync(ledger, PublicLog.Seed))
        {
            voter = await before.NewVoterAsync();
            await before.CastAsync(voter, Tool, "ship");
            var checkpoint = await new PublicLog(before.Http).CoveringAsync(1);
            (await new PublicLog(before.Http).LinesAsync(checkpoint)).ShouldHaveSingleItem("the key it begins with needs no entry");
        }

        // Twice, since an announcement is no news at the next start.
        for (var start = 0; start < 2; start++)
        {
            await using var both = await StartAsync(ledger, NewSeed, PublicLog.Seed);
            var checkpoint = await new PublicLog(both.Http).CoveringAsync(2);
            checkpoint.Size.ShouldBe(2);
            var line = (await new PublicLog(both.Http).LinesAsync(checkpoint))[1];
            KeyLeaf.TryParse(System.Text.Encoding.ASCII.GetBytes(line), out var leaf).ShouldBeTrue(line);
            leaf!.Key.ToString().ShouldBe(NewKey());
            (await new PublicLog(both.Http, NewKey()).CheckpointAsync())!.Size.ShouldBe(2, "both keys sign");
        }

        await using var after = await StartAsync(ledger, NewSeed);
        var log = new PublicLog(after.Http, NewKey());
        await after.CastAsync(voter, Tool, "skip");
        (await log.LinesAsync(await log.CoveringAsync(3))).Count.ShouldBe(3);
        var proven = await log.ProvenAsync($"/log/tally/{Tool}");
        (proven.Version, proven.Ship, proven.Skip, proven.Seq).ShouldBe((2, 0, 1, 2));

        (await after.TotalsAsync())[Tool].ShouldBe((0, 1, 2));
        var entries = await after.LedgerAsync();
        entries.ConvertAll(entry => entry.GetProperty("kind").GetString()).ShouldBe(["vote", "key", "vote"]);
        entries[1].GetProperty("key").GetString().ShouldBe(NewKey());
        var minutes = JsonDocument.Parse(await after.Http.GetStringAsync("/api/ledger/minutes")).RootElement.GetProperty("minutes");
        minutes.EnumerateArray().Select(minute => minute.GetProperty("tool").GetString()).Distinct().ShouldBe([Tool]);
        minutes.EnumerateArray().Sum(minute => minute.GetProperty("entries").GetInt64()).ShouldBe(2);
    }

    private static Task<TestVoting> StartAsync(string ledger, params string[] seeds) =>
        TestVoting.StartAsync(
            ledger: ledger,
            settings: [$"--Log:Origin={PublicLog.Origin}", .. seeds.Select((seed, place) => $"--Log:SigningKeys:{place}={seed}")]
        );

    private static string NewKey()
    {
        using var key = Key.Import(SignatureAlgorithm.Ed25519, Convert.FromBase64String(NewSeed), KeyBlobFormat.RawPrivateKey);
        return new VerifierKey(PublicLog.Origin, VerifierKey.Ed25519, key.PublicKey.Export(KeyBlobFormat.RawPublicKey)).ToString();
    }
}
