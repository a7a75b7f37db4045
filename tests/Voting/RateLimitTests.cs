using System.Net;
using Shouldly;
using Xunit;

namespace Voting.Tests;

/// <summary>Promise **Bounded**: a whole range of addresses takes little more of a limit than one of them.</summary>
public sealed class RateLimitTests
{
    [Theory]
    [InlineData("/api/voters", "2001:db8:ab{0:x}:{1:x}::1")]
    [InlineData("/api/ledger/totals", "2001:db8:ab{0:x}:{1:x}::1")]
    [InlineData("/api/ledger/totals", "198.51.{0}.{1}")]
    public async Task Bounded_a_range_of_addresses_takes_a_limit_a_few_times_and_leaves_it_to_others(string path, string range)
    {
        // At once 30 writes or 12 costly reads from one address, and at most twelve times as many from the range.
        await using var voting = await StartAsync();
        var taken = 0;
        for (var n = 0; n < 800; n++)
            if (await AskAsync(voting, path, string.Format(null, range, n % 16, 1 + n / 16)) is not HttpStatusCode.TooManyRequests)
                taken++;

        // Twelve a second come back meanwhile.
        taken.ShouldBeLessThan(700);
        (await AskAsync(voting, path, "203.0.113.9")).ShouldNotBe(HttpStatusCode.TooManyRequests, "another network is not concerned");
    }

    [Fact]
    public async Task Bounded_everyone_together_gets_what_a_number_of_networks_get_however_many_come()
    {
        await using var voting = await StartAsync("--RateLimits:Networks=3");
        var answers = new List<HttpStatusCode>();
        for (var n = 0; n < 200; n++)
            answers.Add(await AskAsync(voting, "/api/ledger/totals", $"{20 + n}.1.1.1"));
        answers.Count(status => status is HttpStatusCode.OK).ShouldBeLessThan(120);
        answers.Take(36).ShouldAllBe(status => status == HttpStatusCode.OK);
    }

    [Fact]
    public async Task Bounded_what_one_address_is_refused_costs_its_neighbors_nothing()
    {
        await using var voting = await StartAsync();
        for (var n = 0; n < 200; n++)
            await AskAsync(voting, "/api/ledger/totals", "198.51.100.1");
        for (var n = 0; n < 12; n++)
            (await AskAsync(voting, "/api/ledger/totals", "198.51.100.2")).ShouldBe(HttpStatusCode.OK);
    }

    private static Task<TestVoting> StartAsync(params string[] settings) =>
        TestVoting.StartAsync(
            settings:
            [
                "--RateLimits:Enabled=true",
                "--RateLimits:WritesPerSecond=1",
                "--RateLimits:CostlyPerSecond=1",
                Integrity.Crowd.BehindProxy,
                .. settings,
            ]
        );

    private static async Task<HttpStatusCode> AskAsync(TestVoting voting, string path, string from)
    {
        using var request = new HttpRequestMessage(path == "/api/voters" ? HttpMethod.Post : HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", from);
        using var answer = await voting.Http.SendAsync(request);
        return answer.StatusCode;
    }
}
