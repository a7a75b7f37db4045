using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Catalog;
using Hosting;
using Hosting.Messaging;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.Logging;
using Shouldly;
using Tally;
using Testing;
using Voting;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>
/// A vote's journey can be followed from its PUT to the push, in one trace. The services are composed in the tests' own process, to listen
/// to their spans.
/// </summary>
public sealed class OneTraceTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("trace-").FullName;
    private readonly ConcurrentQueue<Activity> _spans = [];
    private readonly ActivityListener _listener;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseCookies = false });
    private WebApplication _site = null!;

    public OneTraceTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Microsoft.AspNetCore" or "Voting" or "Tally" or "MassTransit",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _spans.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    [Fact]
    public async Task A_vote_is_one_trace_from_the_request_over_batch_relay_and_bus_to_the_push()
    {
        await using var page = await WatchAsync("cursor-2-0");
        var vote = ActivityTraceId.CreateRandom();
        await CastAsync("cursor-2-0", await NewVoterAsync(), vote);

        var spans = await JourneysEndAsync(span => span.TraceId == vote);
        var push = spans.Single(span => span.OperationName == "push tally");
        // From each span to the one it was begun in, back to the reader's request.
        var steps = new List<string>();
        for (var span = push; span is not null; span = spans.SingleOrDefault(before => before.SpanId == span.ParentSpanId))
            steps.Add(span.Source.Name == "MassTransit" ? "bus" : span.OperationName);
        steps.Distinct().ShouldBe(["push tally", "bus", "relay totals", "commit batch", "Microsoft.AspNetCore.Hosting.HttpRequestIn"]);
        push.GetTagItem("tally.tool").ShouldBe("cursor-2-0");
        push.GetTagItem("tally.readers").ShouldBe(1);
    }

    [Fact]
    public async Task Votes_that_travel_together_are_each_found_from_the_spans_they_share()
    {
        await using var page = await WatchAsync("smolvlm2-2b");
        var votes = Enumerable.Range(0, 40).Select(_ => ActivityTraceId.CreateRandom()).ToList();
        var voters = await Task.WhenAll(votes.Select(_ => NewVoterAsync()));
        await Task.WhenAll(votes.Zip(voters, (vote, voter) => CastAsync("smolvlm2-2b", voter, vote)));

        foreach (var vote in votes)
        {
            // From a span to whatever continues or links to it, as somebody would who follows the vote.
            var push = await JourneysEndAsync(span => Reaches(span, vote, []));
            push.ShouldNotBeEmpty();
        }

        _spans
            .Where(span => span.OperationName == "commit batch")
            .ShouldContain(span => span.Links.Any(), "forty votes at once should have met in a batch");

        bool Reaches(Activity span, ActivityTraceId vote, HashSet<ActivityTraceId> seen) =>
            span.TraceId == vote
            || (
                seen.Add(span.TraceId)
                && _spans
                    .Where(other => other.TraceId == span.TraceId)
                    .SelectMany(other => other.Links)
                    .Any(link =>
                        link.Context.TraceId == vote
                        || _spans.Where(other => other.TraceId == link.Context.TraceId).Any(other => Reaches(other, vote, seen))
                    )
            );
    }

    public async ValueTask InitializeAsync()
    {
        string[] args =
        [
            "--urls=http://127.0.0.1:0",
            "--ConnectionStrings:Bus=memory",
            "--ConnectionStrings:Counters=memory",
            "--Quota:Enabled=false",
            "--RateLimits:Enabled=false",
            $"--ConnectionStrings:Ledger=Data Source={_folder}/ledger.db",
            $"--ConnectionStrings:Catalog=Data Source={_folder}/catalog.db",
            "--Services:Catalog=self",
            "--Services:Voting=self",
            $"--Voters:SigningKeys:0={Convert.ToBase64String(new byte[32])}",
        ];
        // As services behind Web, which go on with the trace that Web began; at the public edge a trace of the tests' own would count for
        // nothing.
        _site = Service.Build(
            "Voting",
            args,
            builder =>
            {
                builder.Logging.SetMinimumLevel(LogLevel.Error);
                builder.AddCatalog();
                builder.AddVoting();
                builder.AddTally();
                builder.AddBus(CatalogService.Consumers, VotingService.Consumers, TallyService.Consumers);
            },
            app =>
            {
                app.MapCatalog();
                app.MapVoting();
                app.MapTally();
            }
        );
        await _site.StartAsync();
        _http.BaseAddress = new Uri(_site.Urls.First());
        await Eventually.HoldsAsync(async () => (await _http.GetAsync("/health/ready")).IsSuccessStatusCode, "the site is ready");
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _site.StopAsync();
        await _site.DisposeAsync();
        _listener.Dispose();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<HubConnection> WatchAsync(string tool)
    {
        await Eventually.HoldsAsync(async () => (await _http.GetAsync($"/api/tallies/{tool}")).IsSuccessStatusCode, $"{tool} is known");
        var page = new HubConnectionBuilder().WithUrl(new Uri(_http.BaseAddress!, "hubs/tallies")).Build();
        await page.StartAsync();
        (await page.InvokeAsync<JsonElement[]>("Watch", (string[])[tool])).ShouldHaveSingleItem();
        return page;
    }

    private async Task<string> NewVoterAsync() =>
        (await (await _http.PostAsync("/api/voters", null)).Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetString()!;

    private async Task CastAsync(string tool, string voter, ActivityTraceId trace)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/votes/{tool}")
        {
            Content = JsonContent.Create(new { choice = "ship" }),
        };
        request.Headers.Add("Authorization", $"Voter {voter}");
        request.Headers.Add("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom()}-01");
        (await _http.SendAsync(request)).EnsureSuccessStatusCode();
    }

    private async Task<List<Activity>> JourneysEndAsync(Func<Activity, bool> of)
    {
        List<Activity> spans = [];
        await Eventually.HoldsAsync(
            () =>
            {
                spans = [.. _spans.Where(of)];
                return Task.FromResult(
                    spans.Exists(span => span.OperationName == "push tally")
                        && spans.Exists(span => span.OperationName.EndsWith("HttpRequestIn", StringComparison.Ordinal))
                );
            },
            "the vote's trace ends in a push"
        );
        return spans;
    }
}
