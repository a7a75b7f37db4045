using Shouldly;
using Testing;
using Xunit;

namespace Tally.Tests;

/// <summary>Exact on a Redis Cluster too, where the keys of one script must share a slot.</summary>
public sealed class ExactOnACluster
{
    [Fact]
    public async Task Two_replicas_on_a_cluster_agree_keep_history_and_mend_what_was_emptied()
    {
        await using var ledger = await FakeLedger.StartAsync("aider", "zed");
        await using var redis = await RedisServer.StartNewClusterAsync();
        await using var one = await TallyProcess.StartAsync(ledger, redis.Connection);
        await using var two = await TallyProcess.StartAsync(ledger, redis.Connection);

        for (var i = 0; i < 5; i++)
            await one.VoteAsync("zed", "ship");
        await one.VoteAsync("aider", "skip");

        (await two.ReachAsync("zed", 5)).ShouldBe(await one.ReachAsync("zed", 5));
        await Eventually.GetAsync(() => redis.AskAsync("ZCARD {tally}:history:day:zed"), count => count == ":1");
        (await redis.AskAsync("FLUSHALL")).ShouldBe("+OK");
        await Eventually.GetAsync(() => redis.AskAsync("HLEN {tally}:counters"), count => count == ":5");
        await Eventually.GetAsync(() => redis.AskAsync("ZCARD {tally}:history:day:zed"), count => count == ":1");
        (await two.TallyAsync("zed")).Ship.ShouldBe(5);
    }
}
