using System.Net;
using System.Net.Http.Json;
using System.Text;
using CsCheck;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace Voting.Tests;

/// <summary>
/// Promise **Own vote only**: forged, altered, expired or foreign voters change nothing, and cross-site requests are refused.
/// </summary>
public class OwnVoteOnlyTests : IAsyncLifetime
{
    private TestVoting _voting = null!;

    public async ValueTask InitializeAsync() => _voting = await TestVoting.StartAsync();

    public ValueTask DisposeAsync() => _voting.DisposeAsync();

    [Fact]
    public async Task A_reader_becomes_a_voter_once_and_stays_the_same_one()
    {
        var first = await _voting.Http.PostAsync("/api/voters", null);
        first.StatusCode.ShouldBe(HttpStatusCode.Created);
        var cookie = first.Headers.GetValues("Set-Cookie").ShouldHaveSingleItem();
        cookie.ShouldStartWith("voter=");
        foreach (var attribute in (string[])["httponly", "samesite=lax", "path=/"])
            cookie.ToLowerInvariant().ShouldContain(attribute);

        var token = (await TestVoting.JsonAsync(first)).GetProperty("token").GetString()!;
        var again = await _voting.SendAsync(HttpMethod.Post, "/api/voters", token);
        again.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await TestVoting.JsonAsync(again)).GetProperty("token").GetString().ShouldBe(token);
    }

    [Fact]
    public async Task A_voter_is_known_by_its_cookie_too()
    {
        var voter = await _voting.NewVoterAsync();
        using var request = new HttpRequestMessage(HttpMethod.Put, "/api/votes/cursor-2-0")
        {
            Content = JsonContent.Create(new { choice = "ship" }),
        };
        request.Headers.Add("Cookie", $"other=1; voter={voter}");
        (await _voting.Http.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Behind_https_the_cookie_is_secure_and_bound_to_the_host()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/voters");
        request.Headers.Add("X-Forwarded-Proto", "https");
        var cookie = (await _voting.Http.SendAsync(request)).Headers.GetValues("Set-Cookie").Single();
        cookie.ShouldStartWith("__Host-voter=");
        cookie.ToLowerInvariant().ShouldContain("secure");
    }

    [Fact]
    public async Task A_token_altered_at_any_place_is_refused_and_moves_nothing()
    {
        var voter = await _voting.NewVoterAsync();
        for (var place = 0; place < voter.Length; place++)
        {
            var altered = voter[..place] + (voter[place] == 'A' ? 'B' : 'A') + voter[(place + 1)..];
            (await _voting.CastAsync(altered, "cursor-2-0", "ship")).StatusCode.ShouldBe(
                HttpStatusCode.Unauthorized,
                $"altered at {place}"
            );
        }

        (await _voting.LedgerAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Made_up_tokens_are_refused()
    {
        var voter = await _voting.NewVoterAsync();
        string[] madeUp =
        [
            "x",
            voter[..^1],
            voter + "A",
            voter + "====",
            voter.Replace('-', '+'),
            new('A', 76),
            new('A', 8000),
            $"{voter} {voter}",
        ];
        foreach (var token in madeUp.Where(token => token != voter))
            (await _voting.CastAsync(token, "cursor-2-0", "ship")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized, token);
        (
            await _voting.SendAsync(HttpMethod.Put, "/api/votes/cursor-2-0", null, JsonContent.Create(new { choice = "ship" }))
        ).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public void No_symbol_at_any_place_of_a_token_can_be_another()
    {
        const string Symbols = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/= .\u00e9\0";
        var tokens = _voting.App.Services.GetRequiredService<Voters.VoterTokens>();
        var token = tokens.Issue().Token;
        token.Length.ShouldBe(76);
        for (var place = 0; place < token.Length; place++)
            foreach (var symbol in Symbols.Where(symbol => symbol != token[place]))
                tokens
                    .TryVerify($"{token.AsSpan(0, place)}{symbol}{token.AsSpan(place + 1)}", out _, out _)
                    .ShouldBeFalse($"'{symbol}' at {place}");
        tokens.TryVerify(token, out _, out _).ShouldBeTrue();
    }

    [Fact]
    public void However_a_token_is_cut_doubled_shuffled_or_spliced_it_is_none()
    {
        var tokens = _voting.App.Services.GetRequiredService<Voters.VoterTokens>();
        var (token, other) = (tokens.Issue().Token, tokens.Issue().Token);
        Gen.Select(Gen.Int[0, 4], Gen.Int[0, 75], Gen.Int[0, 75], Gen.String)
            .Sample(
                (how, a, b, text) =>
                {
                    var altered = how switch
                    {
                        0 => token[..a],
                        1 => token[a..],
                        2 => token[..a] + text + token[a..],
                        // The first part of one and the rest of another; both are whole and good, together they are nobody.
                        3 => token[..a] + other[a..],
                        _ => Swapped(token, a, b),
                    };
                    return altered == token || altered == other || !tokens.TryVerify(altered, out _, out _);
                },
                iter: 20_000
            );

        static string Swapped(string token, int a, int b)
        {
            var symbols = token.ToCharArray();
            (symbols[a], symbols[b]) = (symbols[b], symbols[a]);
            return new string(symbols);
        }
    }

    [Fact]
    public async Task A_token_signed_by_a_stranger_is_refused_though_it_names_our_key()
    {
        var ours = _voting.App.Services.GetRequiredService<Voters.VoterKeys>().All[0];
        var bytes = System.Buffers.Text.Base64Url.DecodeFromChars(await _voting.NewVoterAsync());
        foreach (
            var secret in (byte[][])
                [
                    [],
                    new byte[32],
                    ours.Id,
                    bytes[9..25],
                ]
        )
        {
            System.Security.Cryptography.HMACSHA256.HashData(secret, bytes.AsSpan(0, 25), bytes.AsSpan(25));
            (await _voting.CastAsync(System.Buffers.Text.Base64Url.EncodeToString(bytes), "cursor-2-0", "ship")).StatusCode.ShouldBe(
                HttpStatusCode.Unauthorized
            );
        }

        (await _voting.LedgerAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_request_overheard_and_sent_again_a_hundred_times_counts_once()
    {
        var voter = await _voting.NewVoterAsync();
        var answers = new HashSet<string>();
        for (var n = 0; n < 100; n++)
            answers.Add(await (await _voting.CastAsync(voter, "cursor-2-0", "ship")).Content.ReadAsStringAsync());
        answers.ShouldHaveSingleItem();
        (await _voting.LedgerAsync()).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task What_is_a_voters_own_is_kept_by_no_cache_and_read_by_no_other_site()
    {
        var voter = await _voting.NewVoterAsync();
        foreach (
            var (method, path) in ((HttpMethod, string)[])
                [
                    (HttpMethod.Post, "/api/voters"),
                    (HttpMethod.Put, "/api/votes/cursor-2-0"),
                    (HttpMethod.Get, "/api/votes/cursor-2-0"),
                    (HttpMethod.Get, "/api/votes"),
                    (HttpMethod.Delete, "/api/votes/cursor-2-0"),
                ]
        )
        {
            using var answer = await _voting.SendAsync(
                method,
                path,
                voter,
                method == HttpMethod.Put ? JsonContent.Create(new { choice = "ship" }) : null
            );
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, path);
            answer.Headers.CacheControl!.NoStore.ShouldBeTrue(path);
            answer.Headers.Contains("Access-Control-Allow-Origin").ShouldBeFalse(path);
            answer.Headers.GetValues("Cross-Origin-Resource-Policy").ShouldHaveSingleItem().ShouldBe("same-origin");
        }
    }

    [Fact]
    public void Random_bytes_are_never_a_token()
    {
        var tokens = _voting.App.Services.GetRequiredService<Voters.VoterTokens>();
        Gen.Byte.Array[57]
            .Sample(bytes => !tokens.TryVerify(System.Buffers.Text.Base64Url.EncodeToString(bytes), out _, out _), iter: 20_000);
        Gen.String.Sample(text => !tokens.TryVerify(text, out _, out _), iter: 20_000);
    }

    [Fact]
    public async Task Keys_rotate_without_losing_voters_and_a_removed_key_is_refused()
    {
        var old = await _voting.NewVoterAsync();
        var newKey = Convert.ToBase64String(Encoding.ASCII.GetBytes("a-newer-key-a-newer-key-a-newer!"));

        await using (
            var rotated = await TestVoting.StartAsync(
                settings: [$"--Voters:SigningKeys:0={newKey}", $"--Voters:SigningKeys:1={TestVoting.Key}"]
            )
        )
        {
            (await rotated.CastAsync(old, "cursor-2-0", "ship")).StatusCode.ShouldBe(HttpStatusCode.OK);
            var renewal = await rotated.SendAsync(HttpMethod.Post, "/api/voters", old);
            renewal.StatusCode.ShouldBe(HttpStatusCode.OK);
            var renewed = (await TestVoting.JsonAsync(renewal)).GetProperty("token").GetString()!;
            renewed.ShouldNotBe(old);
            (await rotated.VoteAsync(renewed, "cursor-2-0")).GetProperty("choice").GetString().ShouldBe("ship");
        }

        await using var removed = await TestVoting.StartAsync(settings: [$"--Voters:SigningKeys:0={newKey}"]);
        (await removed.CastAsync(old, "cursor-2-0", "ship")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public void Voters_stand_in_the_ledger_in_the_order_they_were_issued_and_no_two_are_one()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var tokens = new Voters.VoterTokens(_voting.App.Services.GetRequiredService<Voters.VoterKeys>(), clock);
        var ids = new List<string>();
        for (var second = 0; second < 300; second++)
        {
            ids.AddRange([Id(), Id()]);
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        ids.Distinct().Count().ShouldBe(ids.Count);
        // As the ledger compares them, byte by byte; within a second chance decides.
        var seconds = ids.Chunk(2).ToList();
        seconds
            .Zip(seconds.Skip(1))
            .ShouldAllBe(pair => pair.First.All(earlier => pair.Second.All(later => string.CompareOrdinal(earlier, later) < 0)));

        string Id() => Convert.ToHexString(tokens.Issue().Voter.Id.ToByteArray());
    }

    [Fact]
    public async Task An_expired_voter_is_refused_and_a_clock_somewhat_ahead_is_not()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var keys = _voting.App.Services.GetRequiredService<Voters.VoterKeys>();
        var tokens = new Voters.VoterTokens(keys, clock);
        var (token, _) = tokens.Issue();
        clock.Advance(TimeSpan.FromDays(400) - TimeSpan.FromMinutes(1));
        tokens.TryVerify(token, out _, out _).ShouldBeTrue();
        clock.Advance(TimeSpan.FromMinutes(2));
        tokens.TryVerify(token, out _, out _).ShouldBeFalse();

        var ahead = new Voters.VoterTokens(keys, new FakeTimeProvider(DateTimeOffset.UtcNow.AddHours(2))).Issue().Token;
        (await _voting.CastAsync(ahead, "cursor-2-0", "ship")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Origin", "https://elsewhere.example")]
    [InlineData("Origin", "null")]
    [InlineData("Origin", "http://127.0.0.1:1")]
    [InlineData("Origin", "http://localhost")]
    [InlineData("Origin", "file://")]
    [InlineData("Origin", "http://127.0.0.1.evil.example")]
    [InlineData("Origin", "https://evil.example", "X-Forwarded-Host", "evil.example")]
    [InlineData("Origin", "https://evil.example", "Forwarded", "host=evil.example")]
    [InlineData("Origin", "https://evil.example", "X-Original-Host", "evil.example")]
    public async Task A_page_of_another_site_cannot_vote_for_a_reader(
        string header,
        string value,
        string? other = null,
        string? otherValue = null
    )
    {
        var voter = await _voting.NewVoterAsync();
        using var request = new HttpRequestMessage(HttpMethod.Put, "/api/votes/cursor-2-0")
        {
            Content = JsonContent.Create(new { choice = "ship" }),
        };
        request.Headers.Add("Cookie", $"voter={voter}");
        request.Headers.TryAddWithoutValidation(header, value);
        if (other is not null)
            request.Headers.TryAddWithoutValidation(other, otherValue);
        var answer = await _voting.Http.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await _voting.LedgerAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_sites_own_page_can_vote()
    {
        var voter = await _voting.NewVoterAsync();
        using var request = new HttpRequestMessage(HttpMethod.Put, "/api/votes/cursor-2-0")
        {
            Content = JsonContent.Create(new { choice = "ship" }),
        };
        request.Headers.Add("Cookie", $"voter={voter}");
        request.Headers.Add("Origin", _voting.Http.BaseAddress!.GetLeftPart(UriPartial.Authority));
        request.Headers.Add("Sec-Fetch-Site", "same-origin");
        (await _voting.Http.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Over_https_a_page_of_the_same_host_without_it_is_another_site()
    {
        foreach (
            var (scheme, expected) in ((string, HttpStatusCode)[])[("http", HttpStatusCode.Forbidden), ("https", HttpStatusCode.Created)]
        )
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/voters");
            request.Headers.Add("X-Forwarded-Proto", "https");
            request.Headers.Add("Origin", $"{scheme}://{_voting.Http.BaseAddress!.Authority}");
            (await _voting.Http.SendAsync(request)).StatusCode.ShouldBe(expected, scheme);
        }
    }
}
