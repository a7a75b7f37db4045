using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Testing;
using Xunit;

namespace Voting.Tests;

/// <summary>How many voters may come new from one place.</summary>
public sealed class QuotaTests
{
    private const string Tool = "cursor-2-0";
    private const string BehindProxy = "--Proxies:KnownNetworks:0=127.0.0.0/8";

    [Fact]
    public async Task The_twenty_first_new_voter_within_an_hour_from_one_address_is_asked_to_come_later_and_those_known_vote_on()
    {
        await using var voting = await StartAsync();
        var known = new List<string>();
        for (var n = 0; n < 20; n++)
        {
            known.Add(await voting.NewVoterAsync());
            (await voting.CastAsync(known[^1], Tool, "ship")).StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        var late = await voting.CastAsync(await voting.NewVoterAsync(), Tool, "ship");
        late.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        (await TestVoting.JsonAsync(late)).GetProperty("type").GetString().ShouldBe("urn:problem-type:too-many-new-voters");
        late.Headers.RetryAfter!.Delta!.Value.ShouldBeInRange(TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));

        foreach (var voter in known)
            (await voting.CastAsync(voter, "smolvlm2-2b", "skip")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await voting.TotalsAsync())[Tool].ShouldBe((20, 0, 20));
    }

    [Fact]
    public async Task Ten_thousand_new_voters_from_one_household_of_IPv6_are_counted_no_further_than_the_quota_while_another_network_votes_on()
    {
        await using var voting = await StartAsync(BehindProxy);
        var neighbours = 0;
        for (var n = 0; n < 10_000; n++)
        {
            (await CastFromAsync(voting, await voting.NewVoterAsync(), $"2001:db8:1:2::{n:x}")).StatusCode.ShouldBe(
                n < 20 ? HttpStatusCode.OK : HttpStatusCode.TooManyRequests
            );
            if (n % 1000 == 0)
                (await CastFromAsync(voting, await voting.NewVoterAsync(), $"2001:db8:7:{neighbours++:x}::1")).StatusCode.ShouldBe(
                    HttpStatusCode.OK
                );
        }

        (await voting.TotalsAsync())[Tool].Ship.ShouldBe(20 + neighbours);
    }

    [Fact]
    public async Task A_campus_of_ten_addresses_brings_two_hundred_new_voters_a_day_and_its_next_door_is_not_held_to_account()
    {
        await using var voting = await StartAsync(BehindProxy);
        for (var n = 0; n < 200; n++)
            (await CastFromAsync(voting, await voting.NewVoterAsync(), $"198.51.100.{n / 20}")).StatusCode.ShouldBe(HttpStatusCode.OK);
        var late = await CastFromAsync(voting, await voting.NewVoterAsync(), "198.51.100.77");
        late.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        late.Headers.RetryAfter!.Delta!.Value.ShouldBeLessThanOrEqualTo(TimeSpan.FromDays(1));
        (await CastFromAsync(voting, await voting.NewVoterAsync(), "198.51.101.77")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_campus_behind_one_address_brings_two_hundred_new_voters_within_ten_hours_and_all_of_them_vote_on()
    {
        var clock = new WallClock { Now = new DateTimeOffset(DateTimeOffset.UtcNow.Date, TimeSpan.Zero) };
        await using var voting = await TestVoting.StartAsync(
            settings: ["--Quota:Enabled=true"],
            add: builder => builder.Services.AddSingleton<TimeProvider>(clock)
        );
        var campus = new List<string>();
        for (var hour = 0; hour < 10; hour++, clock.Now += TimeSpan.FromHours(1))
            for (var n = 0; n < 21; n++)
            {
                var voter = await voting.NewVoterAsync();
                (await voting.CastAsync(voter, Tool, "ship")).StatusCode.ShouldBe(
                    n < 20 ? HttpStatusCode.OK : HttpStatusCode.TooManyRequests,
                    $"the hour {hour}, the voter {n}"
                );
                if (n < 20)
                    campus.Add(voter);
            }

        var late = await voting.NewVoterAsync();
        var refused = await voting.CastAsync(late, Tool, "ship");
        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests, "the day's two hundred are there");
        foreach (var voter in campus)
            (await voting.CastAsync(voter, "smolvlm2-2b", "skip")).StatusCode.ShouldBe(HttpStatusCode.OK);
        clock.Now += refused.Headers.RetryAfter!.Delta!.Value;
        (await voting.CastAsync(late, Tool, "ship")).StatusCode.ShouldBe(HttpStatusCode.OK, "the next day");
    }

    [Fact]
    public async Task A_class_that_votes_at_once_stays_within_the_rate_limits_as_shipped()
    {
        await using var voting = await TestVoting.StartAsync(settings: ["--RateLimits:Enabled=true"]);
        var votes = await Task.WhenAll(
            Enumerable
                .Range(0, 180)
                .Select(async _ =>
                {
                    var voter = await voting.NewVoterAsync();
                    return new[]
                    {
                        (await voting.CastAsync(voter, Tool, "ship")).StatusCode,
                        (await voting.CastAsync(voter, "smolvlm2-2b", "skip")).StatusCode,
                    };
                })
        );
        votes.SelectMany(both => both).ShouldAllBe(status => status == HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_days_salt_is_gone_soon_after_the_day_though_nobody_comes()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var voting = await TestVoting.StartAsync(
            settings: ["--Quota:Enabled=true"],
            add: builder => builder.Services.AddSingleton<TimeProvider>(clock)
        );
        var gate = voting.App.Services.GetRequiredService<Quota.VoteGate>();
        gate.SaltOf.ShouldBeNull("nobody came yet");
        (await voting.CastAsync(await voting.NewVoterAsync(), Tool, "ship")).StatusCode.ShouldBe(HttpStatusCode.OK);
        gate.SaltOf.ShouldBe(clock.GetUtcNow().ToUnixTimeSeconds() / 86_400);
        clock.Advance(TimeSpan.FromDays(1) + TimeSpan.FromMinutes(5));
        await Eventually.HoldsAsync(() => gate.SaltOf is null, "the salt is destroyed");
    }

    [Fact]
    public async Task A_forwarding_header_from_an_unknown_peer_changes_nothing()
    {
        await using var voting = await StartAsync();
        for (var n = 0; n < 25; n++)
            (await CastFromAsync(voting, await voting.NewVoterAsync(), $"203.0.113.{n}")).StatusCode.ShouldBe(
                n < 20 ? HttpStatusCode.OK : HttpStatusCode.TooManyRequests
            );
    }

    [Fact]
    public async Task What_a_client_claims_before_a_known_proxy_added_its_address_changes_nothing()
    {
        await using var voting = await StartAsync(BehindProxy);
        for (var n = 0; n < 25; n++)
            (await CastFromAsync(voting, await voting.NewVoterAsync(), $"203.0.113.{n}, 198.51.100.1")).StatusCode.ShouldBe(
                n < 20 ? HttpStatusCode.OK : HttpStatusCode.TooManyRequests
            );
    }

    [Fact]
    public async Task Mistakes_and_racing_first_votes_use_up_nothing()
    {
        await using var voting = await StartAsync();
        for (var n = 0; n < 30; n++)
        {
            var voter = await voting.NewVoterAsync();
            (await voting.CastAsync(voter, "no-such-tool", "ship")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
            (await voting.CastAsync(voter, Tool, "maybe")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            (await voting.WithdrawAsync(voter, Tool)).StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        for (var n = 0; n < 20; n++)
        {
            var voter = await voting.NewVoterAsync();
            var raced = await Task.WhenAll(
                Enumerable.Range(0, 8).Select(place => voting.CastAsync(voter, place % 2 == 0 ? Tool : "smolvlm2-2b", "ship"))
            );
            raced.ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.OK);
        }

        (await voting.CastAsync(await voting.NewVoterAsync(), Tool, "ship")).StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public async Task Being_forgotten_makes_no_room_for_more()
    {
        await using var voting = await StartAsync();
        for (var n = 0; n < 25; n++)
        {
            var voter = await voting.NewVoterAsync();
            (await voting.CastAsync(voter, Tool, "ship")).StatusCode.ShouldBe(n < 20 ? HttpStatusCode.OK : HttpStatusCode.TooManyRequests);
            (await voting.SendAsync(HttpMethod.Delete, "/api/voters", voter)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        }
    }

    [Fact]
    public async Task The_next_hour_has_room_again()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var voting = await TestVoting.StartAsync(
            settings: ["--Quota:Enabled=true"],
            add: builder => builder.Services.AddSingleton<TimeProvider>(clock)
        );
        for (var n = 0; n < 20; n++)
            (await voting.CastAsync(await voting.NewVoterAsync(), Tool, "ship")).StatusCode.ShouldBe(HttpStatusCode.OK);
        var late = await voting.NewVoterAsync();
        var refused = await voting.CastAsync(late, Tool, "ship");
        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        clock.Advance(refused.Headers.RetryAfter!.Delta!.Value);
        (await voting.CastAsync(late, Tool, "ship")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task One_voter_cannot_change_votes_faster_than_anyone_reads_them_and_others_are_not_held_up()
    {
        await using var voting = await TestVoting.StartAsync(settings: ["--RateLimits:Enabled=true"]);
        var hasty = await voting.NewVoterAsync();
        var answers = new List<HttpStatusCode>();
        for (var n = 0; n < 90; n++)
            answers.Add((await voting.CastAsync(hasty, Tool, n % 2 == 0 ? "ship" : "skip")).StatusCode);
        answers.Take(60).ShouldAllBe(status => status == HttpStatusCode.OK);
        answers.ShouldContain(HttpStatusCode.TooManyRequests);
        (await voting.CastAsync(await voting.NewVoterAsync(), Tool, "ship")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task One_network_cannot_take_everyones_time_with_pages_of_the_ledger()
    {
        await using var voting = await TestVoting.StartAsync(
            settings: ["--RateLimits:Enabled=true", "--RateLimits:CostlyPerSecond=1", BehindProxy]
        );
        var answers = new List<HttpResponseMessage>();
        for (var n = 0; n < 30; n++)
            answers.Add(await FromAsync(voting, HttpMethod.Get, "/api/ledger", "198.51.100.1"));
        answers.ShouldContain(answer => answer.StatusCode == HttpStatusCode.TooManyRequests && answer.Headers.RetryAfter != null);
        (await FromAsync(voting, HttpMethod.Get, "/api/ledger", "203.0.113.5")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private static Task<TestVoting> StartAsync(params string[] settings) =>
        TestVoting.StartAsync(settings: ["--Quota:Enabled=true", "--Quota:PerTool=1000", .. settings]);

    private static Task<HttpResponseMessage> CastFromAsync(TestVoting voting, string voter, string address) =>
        FromAsync(
            voting,
            HttpMethod.Put,
            $"/api/votes/{Tool}",
            address,
            voter,
            System.Net.Http.Json.JsonContent.Create(new { choice = "ship" })
        );

    private static async Task<HttpResponseMessage> FromAsync(
        TestVoting voting,
        HttpMethod method,
        string path,
        string address,
        string? voter = null,
        HttpContent? body = null
    )
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", address);
        if (voter is not null)
            request.Headers.TryAddWithoutValidation("Authorization", $"Voter {voter}");
        return await voting.Http.SendAsync(request);
    }

    // Only what the wall clock says is moved: a fake that moves timers too would run every beat of the ten hours.
    private sealed class WallClock : TimeProvider
    {
        public required DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
