using System.Diagnostics;
using System.Net;
using System.Runtime.Versioning;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using StackExchange.Redis;
using Testing;
using Testing.Machine;
using Testing.Servers;
using Xunit;

[assembly: SupportedOSPlatform("linux")]

namespace Voting.Tests;

/// <summary>The quota as several replicas share it.</summary>
public sealed class QuotaInRedisTests : IAsyncLifetime
{
    private const string Tool = "cursor-2-0";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("quota-");
    private Redis _redis = null!;

    public async ValueTask InitializeAsync()
    {
        _redis = new Redis(_folder.FullName);
        await _redis.StartAndWait();
    }

    public ValueTask DisposeAsync()
    {
        _redis.Dispose();
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Replicas_count_together_and_what_they_keep_expires_and_names_nobody()
    {
        await using var one = await StartAsync();
        await using var other = await StartAsync();
        for (var n = 0; n < 25; n++)
        {
            var replica = n % 2 == 0 ? one : other;
            (await replica.CastAsync(await replica.NewVoterAsync(), Tool, "ship")).StatusCode.ShouldBe(
                n < 20 ? HttpStatusCode.OK : HttpStatusCode.TooManyRequests
            );
        }

        await using var connection = await ConnectionMultiplexer.ConnectAsync(_redis.Configuration);
        var keys = connection.GetServers()[0].Keys().ToList();
        keys.Count.ShouldBe(3, "the day's salt, the network's set and the address's");
        foreach (var key in keys)
        {
            key.ToString().ShouldNotContain("127.0.0");
            (await connection.GetDatabase().KeyTimeToLiveAsync(key)).ShouldNotBeNull().ShouldBeLessThanOrEqualTo(TimeSpan.FromHours(48));
        }
    }

    [Fact]
    public async Task Unknown_tools_and_strangers_by_the_thousand_leave_Redis_and_the_metrics_as_they_were()
    {
        await using var voting = await StartAsync();
        var voter = await voting.NewVoterAsync();
        (await voting.CastAsync(voter, Tool, "ship")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await using var connection = await ConnectionMultiplexer.ConnectAsync(_redis.Configuration);
        var keys = connection.GetServers()[0].Keys().Count();
        (await voting.CastAsync(voter, "made-up", "ship")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        var lines = (await voting.Http.GetStringAsync("/metrics")).Count(c => c == '\n');
        for (var n = 0; n < 1000; n++)
            (await voting.CastAsync(n % 2 == 0 ? voter : await voting.NewVoterAsync(), $"made-up-{n}", "ship")).StatusCode.ShouldBe(
                HttpStatusCode.NotFound
            );

        connection.GetServers()[0].Keys().Count().ShouldBe(keys);
        var metrics = await voting.Http.GetStringAsync("/metrics");
        metrics.ShouldNotContain("made-up");
        // Meters belong to the process, and other tests run beside this one: what they are the first to ask for is here too. A name made up
        // each time would be a thousand lines.
        metrics.Count(c => c == '\n').ShouldBeLessThan(lines + 1000);
        metrics
            .Split('\n')
            .Count(line => line.StartsWith("voting_votes_total", StringComparison.Ordinal))
            .ShouldBeLessThan(20, "outcomes are a few fixed words");
    }

    [Fact]
    public async Task A_days_salt_is_destroyed_in_Redis_within_two_days_and_a_replica_that_nobody_asks_forgets_it_too()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var voting = await StartAsync(builder => builder.Services.AddSingleton<TimeProvider>(clock));
        (await voting.CastAsync(await voting.NewVoterAsync(), Tool, "ship")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await using var connection = await ConnectionMultiplexer.ConnectAsync(_redis.Configuration);
        var salt = connection.GetServers()[0].Keys(pattern: "quota:salt:*").ShouldHaveSingleItem();
        (await connection.GetDatabase().KeyTimeToLiveAsync(salt))
            .ShouldNotBeNull()
            .ShouldBeInRange(TimeSpan.FromHours(24), TimeSpan.FromHours(48));
        var quota = voting.App.Services.GetRequiredService<Quota.NewVoterQuota>();
        quota.SaltsOf.ShouldHaveSingleItem();
        clock.Advance(TimeSpan.FromDays(1) + TimeSpan.FromMinutes(5));
        quota.SaltsOf.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_frozen_Redis_holds_up_no_vote_for_long_and_opens_no_door()
    {
        await using var voting = await StartAsync();
        (await voting.CastAsync(await voting.NewVoterAsync(), Tool, "ship")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await _redis.Send(UnixSignal.Stop);
        var clock = Stopwatch.StartNew();
        var taken = 0;
        for (var n = 0; n < 40; n++)
            taken += (await voting.CastAsync(await voting.NewVoterAsync(), Tool, "ship")).IsSuccessStatusCode ? 1 : 0;
        taken.ShouldBe(20, "the replica counts for itself meanwhile");
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20), "forty votes, of which only a few may have waited for Redis");
        await _redis.Send(UnixSignal.Continue);
        await Eventually.HoldsAsync(
            async () => (await voting.CastAsync(await voting.NewVoterAsync(), Tool, "ship")).IsSuccessStatusCode,
            "the replicas' common count, which has room, decides again"
        );
    }

    private Task<TestVoting> StartAsync(Action<WebApplicationBuilder>? add = null) =>
        TestVoting.StartAsync(settings: ["--Quota:Enabled=true", $"--ConnectionStrings:Counters={_redis.Configuration}"], add: add);
}
