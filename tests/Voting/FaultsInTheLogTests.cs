using System.Net;
using Hosting;
using Hosting.Observability;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Testing;
using Xunit;

namespace Voting.Tests;

/// <summary>What somebody finds in the log who is paged: one line for what is wrong, and no flood of it.</summary>
public sealed class FaultsInTheLogTests
{
    [Fact]
    public async Task A_request_that_a_defect_ended_is_found_by_the_trace_id_its_answer_bears()
    {
        var log = new CapturedLogs(LogLevel.Error);
        await using var app = Service.Build(
            "Voting",
            ["--urls=http://127.0.0.1:0"],
            builder => builder.Logging.AddProvider(log),
            app => app.MapGet("/defects/{name}", string (string name) => throw new InvalidOperationException("a defect"))
        );
        await app.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };

        using var answer = await http.GetAsync("/defects/something-typed");
        answer.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        var trace = (await TestVoting.JsonAsync(answer)).GetProperty("traceId").GetString()!;
        var line = log.Lines.Select(line => line.Message).ShouldHaveSingleItem();
        line.ShouldContain(trace);
        line.ShouldContain("GET /defects/{name} failed");
        line.ShouldNotContain("something-typed");
    }

    [Fact]
    public void What_is_away_is_said_once_then_once_a_minute_and_once_when_it_is_back()
    {
        var clock = new FakeTimeProvider();
        var outage = new Outage(clock);
        outage.Works().ShouldBeFalse();
        Enumerable
            .Range(0, 180)
            .Count(_ =>
            {
                clock.Advance(TimeSpan.FromSeconds(1));
                return outage.Fails();
            })
            .ShouldBe(3);
        outage.Works().ShouldBeTrue();
        outage.Works().ShouldBeFalse();
        outage.Fails().ShouldBeTrue("a new outage is said at once");
    }
}
