using System.Collections.Concurrent;
using System.Diagnostics;
using Shouldly;
using Testing;
using Xunit;

namespace Tally.Tests;

/// <summary>
/// The trace of a vote goes on through Redis, to the replica that wrote the counter and to the one that only hears of it.
/// </summary>
public sealed class OneTraceOverRedis
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_replicas_push_belongs_to_the_trace_of_the_message_that_one_of_them_took(bool redisComesLater)
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Tally" or "MassTransit" or "Reader",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using var redis = await RedisServer.StartNewAsync();
        await using var ledger = await FakeLedger.StartAsync("traced");
        if (redisComesLater)
            await redis.KillAsync();
        await using var taking = await TallyProcess.StartAsync(ledger, redis.Connection, "--Tally:ReconcileSeconds=60");
        await using var hearing = await TallyProcess.StartAsync(ledger, redis.Connection, "--Tally:ReconcileSeconds=60");
        if (redisComesLater)
        {
            // Long enough for attempts to reach it that fail.
            await Eventually.HoldsAsync(async () => await IsAsync(taking, "Degraded") && await IsAsync(hearing, "Degraded"));
            await redis.StartAsync();
            await Eventually.HoldsAsync(async () => await IsAsync(taking, "Healthy") && await IsAsync(hearing, "Healthy"));
        }

        await using var here = await taking.ConnectAsync();
        await using var there = await hearing.ConnectAsync();
        await here.WatchAsync("traced");
        await there.WatchAsync("traced");

        using var source = new ActivitySource("Reader");
        ActivityTraceId vote;
        using (var request = source.StartActivity("PUT"))
        {
            vote = request!.TraceId;
            await taking.VoteAsync("traced", "ship");
        }

        await here.ReachAsync("traced", 1);
        await there.ReachAsync("traced", 1);
        await Eventually.HoldsAsync(() => Of("push tally").Count == 2);
        var write = Of("write counters").ShouldHaveSingleItem();
        write.GetTagItem("tally.taken").ShouldBe(1);
        // Each replica hears of it by the word of the one that wrote.
        var heard = Of("hear counters");
        heard.Count.ShouldBe(2);
        heard.ShouldAllBe(span => span.ParentSpanId == write.SpanId);
        // The one that took the message pushes within taking it, as it writes; the other one when it hears.
        var pushes = Of("push tally");
        pushes.Count(push => push.ParentSpanId == write.ParentSpanId).ShouldBe(1);
        pushes.Count(push => heard.Any(span => span.SpanId == push.ParentSpanId)).ShouldBe(1);

        async Task<bool> IsAsync(TallyProcess tally, string state) =>
            (await tally.Http.GetStringAsync("/health/ready")).StartsWith($"{{\"status\":\"{state}\"", StringComparison.Ordinal);

        List<Activity> Of(string name) => [.. spans.Where(span => span.TraceId == vote && span.OperationName == name)];
    }
}
