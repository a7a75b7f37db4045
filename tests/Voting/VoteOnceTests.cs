using System.Buffers.Binary;
using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Shouldly;
using Testing.Servers;
using Xunit;

namespace Voting.Tests;

/// <summary>
/// One request makes the voter and casts; sent again because its answer was lost, it is the same voter and the same vote.
/// </summary>
public sealed class VoteOnceTests : IAsyncLifetime
{
    private const string Tool = "cursor-2-0";
    private const string OtherKey = "b3RoZXItb3RoZXItb3RoZXItb3RoZXItb3RoZXItb3I=";
    private TestVoting _voting = null!;

    public async ValueTask InitializeAsync() => _voting = await TestVoting.StartAsync();

    public ValueTask DisposeAsync() => _voting.DisposeAsync();

    [Fact]
    public async Task One_request_makes_the_voter_and_casts()
    {
        var answer = await CastFirstAsync(_voting, NewNonce());

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var vote = await TestVoting.JsonAsync(answer);
        (vote.GetProperty("tool").GetString(), vote.GetProperty("choice").GetString(), vote.GetProperty("seq").GetInt64()).ShouldBe(
            (Tool, "ship", 1)
        );
        var token = vote.GetProperty("token").GetString()!;
        var cookie = answer.Headers.GetValues("Set-Cookie").ShouldHaveSingleItem();
        cookie.ShouldStartWith($"voter={token};");
        foreach (var attribute in (string[])["expires=", "httponly", "samesite=lax", "path=/"])
            cookie.ToLowerInvariant().ShouldContain(attribute);
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
        (await _voting.VoteAsync(token, Tool)).GetProperty("choice").GetString().ShouldBe("ship");
    }

    [Fact]
    public async Task Only_the_vote_that_makes_a_voter_answers_a_token()
    {
        var answer = await _voting.CastAsync(await _voting.NewVoterAsync(), Tool, "ship");
        (await TestVoting.JsonAsync(answer))
            .EnumerateObject()
            .Select(property => property.Name)
            .ShouldBe(["tool", "choice", "seq", "at", "state", "index", "mark"]);
        answer.Headers.Contains("Set-Cookie").ShouldBeFalse();
    }

    [Fact]
    public async Task One_vote_when_the_first_request_is_sent_a_hundred_times_at_once()
    {
        var nonce = NewNonce();
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => CastFirstAsync(_voting, nonce)));

        answers.ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.OK);
        (await _voting.LedgerAsync()).ShouldHaveSingleItem();
        (await _voting.TotalsAsync())[Tool].ShouldBe((1, 0, 1));
        foreach (var token in await Task.WhenAll(answers.Select(TokenAsync)))
            (await _voting.VoteAsync(token, Tool)).GetProperty("seq").GetInt64().ShouldBe(1);
    }

    [Fact]
    public async Task One_vote_when_the_first_request_races_over_replicas_and_a_key_was_rotated_meanwhile()
    {
        using var folder = new ServerFolder();
        using var postgres = new Postgres(folder.Path);
        await postgres.StartAndWait();
        await postgres.Create("ledger");
        await using var one = await TestVoting.StartAsync(ledger: postgres.ConnectionTo("ledger"));
        await using var other = await TestVoting.StartAsync(
            ledger: postgres.ConnectionTo("ledger"),
            settings: [$"--Voters:SigningKeys:0={OtherKey}", $"--Voters:SigningKeys:1={TestVoting.Key}"]
        );
        for (var round = 0; round < 10; round++)
        {
            var nonce = NewNonce();
            var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(n => CastFirstAsync(n % 2 == 0 ? one : other, nonce)));

            answers.ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.OK);
            var votes = await Task.WhenAll(answers.Select(TestVoting.JsonAsync));
            votes
                .Select(vote => (vote.GetProperty("seq").GetInt64(), vote.GetProperty("at").GetString()))
                .Distinct()
                .ShouldHaveSingleItem();
            (await other.VoteAsync(votes[0].GetProperty("token").GetString()!, Tool)).GetProperty("choice").GetString().ShouldBe("ship");
            (await one.LedgerAsync()).Count.ShouldBe(round + 1);
        }
    }

    [Fact]
    public async Task The_voter_votes_on_with_the_token_and_the_first_request_sent_again_is_still_the_same_voter()
    {
        var nonce = NewNonce();
        var token = await TokenAsync(await CastFirstAsync(_voting, nonce));
        await _voting.CastAsync(token, "smolvlm2-2b", "skip");

        var again = await CastFirstAsync(_voting, nonce);

        (await TestVoting.JsonAsync(await _voting.SendAsync(HttpMethod.Get, "/api/votes", await TokenAsync(again))))
            .GetProperty("votes")
            .GetArrayLength()
            .ShouldBe(2);
        (await _voting.LedgerAsync()).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_voter_who_is_there_already_votes_as_itself_whatever_it_asks_for()
    {
        var voter = await _voting.NewVoterAsync();
        var answer = await _voting.SendAsync(HttpMethod.Put, $"/api/votes/{Tool}", voter, First(NewNonce()));

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Headers.Contains("Set-Cookie").ShouldBeFalse();
        (await TestVoting.JsonAsync(answer)).TryGetProperty("token", out _).ShouldBeFalse();
        (await _voting.VoteAsync(voter, Tool)).GetProperty("seq").GetInt64().ShouldBe(1);
    }

    [Fact]
    public async Task A_voter_who_no_longer_verifies_is_replaced_only_when_a_new_one_is_asked_for()
    {
        var expired = new string('A', 76);
        (await _voting.CastAsync(expired, Tool, "ship")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        var answer = await _voting.SendAsync(HttpMethod.Put, $"/api/votes/{Tool}", expired, First(NewNonce()));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await TokenAsync(answer)).ShouldNotBe(expired);
    }

    [Fact]
    public async Task A_nonce_is_accepted_with_any_vote()
    {
        var voter = await _voting.NewVoterAsync();
        var answer = await _voting.SendAsync(
            HttpMethod.Put,
            $"/api/votes/{Tool}",
            voter,
            Json($$"""{"nonce":"{{NewNonce()}}","choice":"ship"}""")
        );
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    public static TheoryData<string> WithoutTheWish =>
        new(
            """{"choice":"ship"}""",
            """{"choice":"ship","voter":null}""",
            """{"choice":"ship","nonce":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}""",
            "",
            "{",
            """{"choice":"ship","voter":"new","nonce":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}x""",
            """{"a":{"voter":"new"},"choice":"ship"}"""
        );

    [Theory]
    [MemberData(nameof(WithoutTheWish))]
    public async Task Own_vote_only_without_a_voter_and_the_wish_for_one_nobody_votes(string body) =>
        await ShouldBeRefusedAsync(
            await _voting.SendAsync(HttpMethod.Put, $"/api/votes/{Tool}", null, Json(body)),
            HttpStatusCode.Unauthorized,
            "no-voter"
        );

    public static TheoryData<string, string> BadWishes =>
        new()
        {
            { """{"choice":"ship","voter":"new"}""", "malformed-nonce" },
            { """{"choice":"ship","voter":"new","nonce":null}""", "malformed-nonce" },
            { """{"choice":"ship","voter":"new","nonce":""}""", "malformed-nonce" },
            { """{"choice":"ship","voter":"new","nonce":5}""", "malformed-nonce" },
            { """{"choice":"ship","voter":"new","nonce":["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"]}""", "malformed-nonce" },
            { """{"choice":"ship","voter":"new","nonce":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}""", "malformed-nonce" },
            { """{"choice":"ship","voter":"new","nonce":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}""", "malformed-nonce" },
            { """{"choice":"ship","voter":"new","nonce":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}""", "malformed-nonce" },
            { """{"choice":"ship","voter":"new","nonce":"AAAAAAAAAAAAAAAAAAAA/+AAAAAAAAAAAAAAAAAAAAA"}""", "malformed-nonce" },
            { """{"choice":"ship","voter":"new","nonce":"AAAAAAAAAAAAAAAAAAAA AAAAAAAAAAAAAAAAAAAAAA"}""", "malformed-nonce" },
            { """{"choice":"ship","voter":"old","nonce":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}""", "malformed-voter" },
            { """{"choice":"ship","voter":"NEW","nonce":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}""", "malformed-voter" },
            { """{"choice":"ship","voter":"","nonce":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}""", "malformed-voter" },
            { """{"choice":"ship","voter":true,"nonce":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}""", "malformed-voter" },
            { """{"choice":"ship","voter":{"new":"new"},"nonce":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}""", "malformed-voter" },
            { """{"choice":"maybe","voter":"new","nonce":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}""", "malformed-vote" },
            { """{"choice":1,"voter":"new","nonce":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}""", "malformed-vote" },
            { """{"voter":"new","nonce":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}""", "malformed-vote" },
        };

    [Theory]
    [MemberData(nameof(BadWishes))]
    public async Task A_malformed_wish_is_refused_by_name_with_and_without_a_voter(string body, string type)
    {
        await ShouldBeRefusedAsync(
            await _voting.SendAsync(HttpMethod.Put, $"/api/votes/{Tool}", null, Json(body)),
            HttpStatusCode.BadRequest,
            type
        );
        await ShouldBeRefusedAsync(
            await _voting.SendAsync(HttpMethod.Put, $"/api/votes/{Tool}", await _voting.NewVoterAsync(), Json(body)),
            HttpStatusCode.BadRequest,
            type
        );
    }

    [Fact]
    public async Task A_malformed_nonce_is_refused_without_the_wish_too() =>
        await ShouldBeRefusedAsync(
            await _voting.SendAsync(
                HttpMethod.Put,
                $"/api/votes/{Tool}",
                await _voting.NewVoterAsync(),
                Json("""{"choice":"ship","nonce":"short"}""")
            ),
            HttpStatusCode.BadRequest,
            "malformed-nonce"
        );

    [Fact]
    public async Task A_wish_written_with_escapes_means_the_same()
    {
        var nonce = NewNonce();
        var escaped = string.Concat(nonce.Select(symbol => $"\\u{(int)symbol:x4}"));
        var answer = await _voting.SendAsync(
            HttpMethod.Put,
            $"/api/votes/{Tool}",
            null,
            Json($$"""{"\u0043hoice":"\u0073hip","\u0076oter":"ne\u0077","nonce":"{{escaped}}"}""")
        );
        var token = await TokenAsync(answer);
        (await _voting.VoteAsync(await TokenAsync(await CastFirstAsync(_voting, nonce)), Tool)).GetProperty("seq").GetInt64().ShouldBe(1);
        (await _voting.VoteAsync(token, Tool)).GetProperty("choice").GetString().ShouldBe("ship");
        (await _voting.LedgerAsync()).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Own_vote_only_another_sites_page_makes_no_voter()
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/votes/{Tool}") { Content = First(NewNonce()) };
        request.Headers.Add("Origin", "https://evil.example");
        await ShouldBeRefusedAsync(await _voting.Http.SendAsync(request), HttpStatusCode.Forbidden, "cross-site");
    }

    [Theory]
    [InlineData("no-such-tool", "unknown-tool")]
    [InlineData("old-tool", "retired-tool")]
    public async Task A_refused_first_vote_leaves_nothing_with_the_reader(string tool, string type) =>
        await ShouldBeRefusedAsync(
            await _voting.SendAsync(HttpMethod.Put, $"/api/votes/{tool}", null, First(NewNonce())),
            HttpStatusCode.NotFound,
            type
        );

    [Fact]
    public async Task A_first_vote_counts_towards_the_quota_and_a_refused_one_sets_no_cookie_and_is_remembered_nowhere()
    {
        await using var voting = await TestVoting.StartAsync(settings: ["--Quota:Enabled=true", "--Quota:PerAddressHourly=2"]);
        var (known, refused) = (NewNonce(), NewNonce());
        (await CastFirstAsync(voting, known)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await CastFirstAsync(voting, NewNonce())).StatusCode.ShouldBe(HttpStatusCode.OK);

        for (var n = 0; n < 3; n++)
        {
            var late = await CastFirstAsync(voting, refused);
            late.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
            late.Headers.RetryAfter.ShouldNotBeNull();
            late.Headers.Contains("Set-Cookie").ShouldBeFalse();
            (await CastFirstAsync(voting, known)).StatusCode.ShouldBe(HttpStatusCode.OK, "the same request again needs no new place");
        }

        (await voting.TotalsAsync())[Tool].ShouldBe((2, 0, 2));
    }

    [Fact]
    public async Task No_personal_data_after_erasure_the_same_request_votes_as_a_stranger_and_restores_no_link()
    {
        var nonce = NewNonce();
        var token = await TokenAsync(await CastFirstAsync(_voting, nonce));
        await _voting.CastAsync(token, "smolvlm2-2b", "skip");
        (await _voting.SendAsync(HttpMethod.Delete, "/api/voters", token)).StatusCode.ShouldBe(HttpStatusCode.NoContent);

        var again = await CastFirstAsync(_voting, nonce);

        var vote = await TestVoting.JsonAsync(again);
        vote.GetProperty("seq").GetInt64().ShouldBe(1);
        var votes = (
            await TestVoting.JsonAsync(await _voting.SendAsync(HttpMethod.Get, "/api/votes", vote.GetProperty("token").GetString()))
        ).GetProperty("votes");
        votes.GetArrayLength().ShouldBe(1, "what was erased does not come back");
        var entries = await _voting.LedgerAsync();
        var pseudonyms = entries.ConvertAll(entry => entry.GetProperty("voter").GetString());
        pseudonyms[..^1].ShouldNotContain(pseudonyms[^1]);
        (await _voting.TotalsAsync())[Tool].ShouldBe((1, 0, 3));
    }

    [Fact]
    public void A_voters_id_keeps_the_time_in_front_and_does_not_show_the_nonce()
    {
        var nonce = new byte[32];
        BinaryPrimitives.WriteUInt32BigEndian(nonce, 1_790_000_000);
        RandomNumberGenerator.Fill(nonce.AsSpan(4));
        var id = Voters.NewVoter.Of(nonce).ToByteArray();
        BinaryPrimitives.ReadUInt32BigEndian(id).ShouldBe(1_790_000_000u);
        id[4..].ShouldBe(SHA256.HashData([.. "verdicts.voter/v1\n"u8, .. nonce])[..12]);
    }

    private static Task<HttpResponseMessage> CastFirstAsync(TestVoting voting, string nonce) =>
        voting.SendAsync(HttpMethod.Put, $"/api/votes/{Tool}", null, First(nonce));

    private static StringContent First(string nonce) => Json($$"""{"choice":"ship","voter":"new","nonce":"{{nonce}}"}""");

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    private static string NewNonce() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    private static async Task<string> TokenAsync(HttpResponseMessage answer) =>
        (await TestVoting.JsonAsync(answer)).GetProperty("token").GetString()!;

    private async Task ShouldBeRefusedAsync(HttpResponseMessage answer, HttpStatusCode status, string type)
    {
        answer.StatusCode.ShouldBe(status);
        answer.Headers.Contains("Set-Cookie").ShouldBeFalse();
        (await TestVoting.JsonAsync(answer)).GetProperty("type").GetString().ShouldBe($"urn:problem-type:{type}");
        (await _voting.LedgerAsync()).ShouldBeEmpty();
    }

    private sealed class ServerFolder : IDisposable
    {
        public ServerFolder() => File.SetUnixFileMode(Path, (UnixFileMode)0b111_001_001);

        /// <summary>PostgreSQL refuses to run as root; its own account must get through to its directory.</summary>
        public string Path { get; } = Directory.CreateTempSubdirectory("vote-once-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
