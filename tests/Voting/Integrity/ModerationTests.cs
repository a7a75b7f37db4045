using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using CsCheck;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Testing;
using Voting.Ledger;
using Voting.Tests.Log;
using Xunit;

namespace Voting.Tests.Integrity;

/// <summary>Votes that are held, released and made void: by appended entries only, answered honestly, and in public.</summary>
public sealed class ModerationTests(Stores stores)
{
    private const string Tool = "cursor-2-0";

    public static TheoryData<Store> Both { get; } = [Store.Sqlite, Store.Postgres];

    [Theory]
    [MemberData(nameof(Both))]
    public async Task A_vote_above_the_quota_is_held_with_its_reason_and_stays_so_when_its_reader_changes_it(Store store)
    {
        await using var voting = await StartAsync(store);
        var crowd = new Crowd(voting, Tool);
        for (var n = 0; n < 3; n++)
            (await crowd.FirstAsync("203.0.113.9", "ship")).Answer.StatusCode.ShouldBe(HttpStatusCode.OK);

        var nonce = RandomNumberGenerator.GetBytes(32);
        var asked = await crowd.CastAsync("203.0.113.9", nonce, "skip");
        asked.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        asked.Headers.RetryAfter.ShouldNotBeNull();
        asked.Headers.Contains("Set-Cookie").ShouldBeFalse();
        var altcha = await Crowd.SolvedAsync(asked);
        var held = await JsonAsync(await crowd.CastAsync("203.0.113.9", nonce, "skip", altcha));

        held.GetProperty("state").GetString().ShouldBe("held");
        held.GetProperty("reason").GetString().ShouldBe("crowded-network");
        held.GetProperty("decidedBy").GetDateTimeOffset().ShouldBe(held.GetProperty("at").GetDateTimeOffset() + TimeSpan.FromHours(24));
        (await crowd.TotalsAsync()).ShouldBe((3, 0, 1, 0));
        // The same request again, whose answer was lost, and a change of mind: neither asks for work, and the state is the mark's.
        (await JsonAsync(await crowd.CastAsync("203.0.113.9", nonce, "skip", altcha)))
            .GetProperty("seq")
            .GetInt64()
            .ShouldBe(1);
        (await JsonAsync(await crowd.CastAsync("203.0.113.9", nonce, "ship"))).GetProperty("state").GetString().ShouldBe("held");
        (await crowd.TotalsAsync()).ShouldBe((3, 0, 1, 0));
        (await crowd.TotalsAsync()).ShouldBe(await crowd.RecountedAsync());
        (await crowd.CastAsync("203.0.113.9", RandomNumberGenerator.GetBytes(32), "ship", altcha)).StatusCode.ShouldBe(
            HttpStatusCode.TooManyRequests,
            "an answer is good once"
        );
        (await crowd.CastAsync("203.0.113.9", nonce, "ship", new string('x', 5000))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task A_moderator_holds_releases_and_voids_a_flood_and_everybody_can_read_it(Store store)
    {
        using var desk = new ModeratorDesk();
        await using var voting = await StartAsync(store, desk.Setting);
        var crowd = new Crowd(voting, Tool);
        await crowd.SeedAsync(100, 100);
        await crowd.ComeAsync(Enumerable.Range(0, 90).Select(n => ($"198.{n % 30}.7.{20 + n / 30}", "ship")));
        JsonElement open = default;
        await Eventually.HoldsAsync(
            async () =>
                await desk.OpenAsync(voting, Tool) is { ValueKind: JsonValueKind.Object } found
                && (open = found).GetProperty("held").GetProperty("ship").GetInt64() == 90,
            "a case is open and holds the flood"
        );
        open.GetProperty("finding").GetString().ShouldBe("concentrated");
        open.GetProperty("held").GetProperty("networks").GetInt64().ShouldBe(30);
        open.GetRawText().ShouldNotContain("voter");
        var id = open.GetProperty("id").GetInt64();

        (await desk.DecideAsync(voting, id, "void", new { reason = "because" })).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await desk.DecideAsync(voting, id + 1, "void", new { reason = "flood" })).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await desk.DecideAsync(voting, id, "void", new { reason = "flood" }, moderates: false)).StatusCode.ShouldBe(
            HttpStatusCode.Forbidden
        );
        (await voting.Http.PostAsJsonAsync($"/api/moderation/cases/{id}/void", new { reason = "flood" })).StatusCode.ShouldBe(
            HttpStatusCode.Unauthorized
        );
        var decided = await desk.DecideAsync(voting, id, "void", new { reason = "flood", note = "Thirty hosted networks, one choice." });
        decided.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await crowd.TotalsAsync()).ShouldBe((100, 100, 0, 90));
        (await crowd.TotalsAsync()).ShouldBe(await crowd.RecountedAsync());
        (await desk.DecideAsync(voting, id, "release", new { reason = "mistake" })).StatusCode.ShouldBe(
            HttpStatusCode.Conflict,
            "void is for good"
        );

        var moderations = (await voting.Http.GetFromJsonAsync<JsonElement>("/api/moderation")).GetProperty("moderations");
        var last = moderations.EnumerateArray().Last();
        last.GetProperty("action").GetString().ShouldBe("void");
        last.GetProperty("votes").GetInt64().ShouldBe(90);
        last.GetProperty("moderator").GetString().ShouldBe("ada");
        last.GetProperty("note").GetString().ShouldBe("Thirty hosted networks, one choice.");
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Exact_totals_are_the_sum_of_the_counted_entries_under_any_mix_of_votes_and_decisions(Store store)
    {
        await using var voting = await TestVoting.StartAsync(ledger: await stores.NewLedgerAsync(store), settings: PublicLog.Settings);
        var ledger = voting.App.Services.GetRequiredService<VoteLedger>();
        var crowd = new Crowd(voting, Tool);
        var voters = Enumerable.Range(0, 12).Select(_ => Voter()).ToArray();
        var step = Gen.Select(Gen.Int[0, 7], Gen.Int[0, voters.Length - 1], Gen.Int[0, 2], Gen.Int[0, 2]);
        await step.Array[30]
            .SampleAsync(
                async steps =>
                {
                    foreach (var (what, who, choice, gate) in steps)
                        switch (what)
                        {
                            case < 4:
                                var admission = new Admission((Gate)gate, [1, 2, 3, 4, 5, 6, 7, 8], AdmissionFlags.NewNetwork);
                                await ledger.CommitAsync(
                                    [new(voters[who], Tool, (Choice)choice, Mark.Draw(), admission)],
                                    CancellationToken.None
                                );
                                break;
                            case < 7:
                                var kind = (EntryKind)(what - 3);
                                var some = voters.Skip(who).Take(3).ToArray();
                                await ledger.ModerateAsync(new(Tool, kind, Reason.Flood, "ada", "", some), CancellationToken.None);
                                break;
                            default:
                                await ledger.ForgetAsync([voters[who]], TimeSpan.Zero, CancellationToken.None);
                                break;
                        }
                    (await crowd.TotalsAsync()).ShouldBe(await crowd.RecountedAsync());
                },
                iter: 15,
                threads: 1
            );

        // And every entry of them is in the log with the totals after it.
        var checkpoint = await new PublicLog(voting.Http).CoveringAsync((await voting.LedgerAsync(10_000)).Count);
        (await new PublicLog(voting.Http).LinesAsync(checkpoint)).ShouldContain(line =>
            line.StartsWith("verdicts.void/v1 cursor-2-0 ", StringComparison.Ordinal)
        );
    }

    private static HashedVoter Voter()
    {
        var bytes = RandomNumberGenerator.GetBytes(16);
        bytes[0] |= 0x80;
        return new HashedVoter(new Guid(bytes));
    }

    private async Task<TestVoting> StartAsync(Store store, params string[] settings) =>
        await TestVoting.StartAsync(ledger: await stores.NewLedgerAsync(store), settings: [.. Crowd.Settings, .. settings]);

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage answer) => await answer.Content.ReadFromJsonAsync<JsonElement>();
}
