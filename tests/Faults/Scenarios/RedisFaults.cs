using Testing;
using Testing.Machine;

namespace Faults.Tests.Scenarios;

public sealed class RedisFaults(Site site, ITestOutputHelper output) : Scenario(site, output)
{
    [Fact]
    public Task Exact_and_Forward_only_when_Redis_is_emptied_again_and_again() =>
        Judged(async load =>
        {
            for (var round = 0; round < Form.Rounds * 3; round++)
            {
                // Votes are acknowledged long before their counters are there again.
                await Eventually.HoldsAsync(
                    async () => await Site.Redis.Keys() > 0,
                    "there is something to lose",
                    TimeSpan.FromSeconds(10)
                );
                (await Site.Redis.FlushAll()).ShouldBePositive();
                await load.Votes(40);
            }
        });

    [Fact]
    public Task Exact_when_Redis_is_emptied_while_nobody_votes() =>
        Judged(async load =>
        {
            await load.Stop();
            // No message comes any more that could mend it: only noticing the emptiness can.
            (await Site.Redis.FlushAll()).ShouldBePositive("there should have been something to lose");
        });

    [Fact]
    public Task Decoupled_and_Exact_when_Redis_freezes_and_thaws() =>
        Judged(async load =>
        {
            for (var round = 0; round < Form.Rounds; round++)
            {
                var since = DateTime.UtcNow;
                await using (await Frozen(Site.Redis))
                {
                    await Eventually.HoldsAsync(
                        async () => await Task.WhenAny(Site.Redis.Keys(), Task.Delay(1000)) is not Task<long>,
                        "Redis does not answer",
                        TimeSpan.FromSeconds(10)
                    );
                    await load.Votes(500);
                }

                load.Diary.Failures(since).ShouldBe(0, "votes don't need Redis");
            }
        });

    [Fact]
    public Task Decoupled_and_Exact_when_Redis_is_killed_and_comes_back_empty() =>
        Judged(async load =>
        {
            for (var round = 0; round < Form.Rounds; round++)
            {
                var since = DateTime.UtcNow;
                await Kill(Site.Redis);
                await load.Votes(300);
                load.Diary.Failures(since).ShouldBe(0, "votes don't need Redis");
                await Site.Redis.StartAndWait();
            }
        });
}
