using System.Diagnostics;
using Faults.Tests.Crowd;
using Faults.Tests.Servers;
using Testing;
using Testing.Machine;
using Testing.Servers;

namespace Faults.Tests.Scenarios;

public sealed class BrokerFaults(Site site, ITestOutputHelper output) : Scenario(site, output)
{
    [Fact]
    public Task Decoupled_and_Exact_when_the_broker_is_stopped_for_a_while() =>
        Judged(async load =>
        {
            var healthy = await Calm(load);
            var since = DateTime.UtcNow;
            await Site.Rabbit.Send(UnixSignal.Terminate);
            Site.Rabbit.Alive.ShouldBeFalse();
            await VotesGoOn(load, since, healthy);
            await VotesAreSeen(load);
            await Site.Rabbit.StartAndWait();
        });

    [Fact]
    public Task Decoupled_and_Exact_when_the_broker_is_killed_in_the_middle_of_its_work() =>
        Judged(async load =>
        {
            var healthy = await Calm(load);
            var since = DateTime.UtcNow;
            await Kill(Site.Rabbit);
            await VotesGoOn(load, since, healthy);
            await Site.Rabbit.StartAndWait();
        });

    [Fact]
    public Task Decoupled_and_Exact_when_the_broker_freezes_and_thaws() =>
        Judged(async load =>
        {
            var healthy = await Calm(load);
            var since = DateTime.UtcNow;
            await using (await Frozen(Site.Rabbit))
                await VotesGoOn(load, since, healthy);
            await Site.Rabbit.Ready();
        });

    [Fact]
    public Task Exact_and_Forward_only_when_every_message_is_delivered_three_times_more_in_any_order() =>
        Judged(async load =>
        {
            await using var echo = await Echo.Start(Site.Rabbit, Luck);
            await load.Votes(Form.Rounds * 400);
            // Messages may be slow to come while the services are still getting over an earlier scenario's broker.
            await Eventually.HoldsAsync(() => echo.Late >= Form.Rounds * 50, "some copies came too late", TimeSpan.FromSeconds(30));
            var (heard, repeated, late) = await echo.Stop();
            Say($"{heard} messages, {repeated} repeated, {late} of them after newer ones");
            repeated.ShouldBeGreaterThanOrEqualTo(heard * 3);
        });

    [Fact]
    public Task Exact_when_the_queue_is_purged() =>
        Judged(async load =>
        {
            var queues = await TallyQueues();
            await using var connection = await Site.Rabbit.Connect();
            await using var channel = await connection.CreateChannelAsync();
            var lost = 0u;
            for (var round = 0; round < Form.Rounds; round++)
            {
                // With its consumers frozen the queue fills; what they had fetched before is theirs.
                foreach (var replica in Site.Tally)
                    await replica.Send(UnixSignal.Stop);
                await Eventually.HoldsAsync(
                    async () =>
                    {
                        foreach (var queue in queues)
                            lost += await channel.QueuePurgeAsync(queue);
                        return lost > round * 5;
                    },
                    "messages were lost",
                    TimeSpan.FromSeconds(30)
                );
                foreach (var replica in Site.Tally)
                    await replica.Send(UnixSignal.Continue);
                await load.Votes(50);
            }

            Say($"{lost} messages lost from {string.Join(", ", queues)}");
        });

    [Fact]
    public Task Exact_and_Bounded_when_the_queue_holds_messages_nobody_can_read() =>
        Judged(async load =>
        {
            var queues = await TallyQueues();
            var before = await Site.Rabbit.Queues();
            var sent = 0;
            for (var round = 0; round < Form.Rounds; round++)
                foreach (var queue in queues)
                    sent += await Poison.Pour(Site.Rabbit, queue, Site.Tools[0]);
            await load.Votes(100);
            // Set aside for a person to look at: it must neither vanish, nor stay in the way, nor go round forever.
            await Eventually.HoldsAsync(
                async () =>
                {
                    var now = await Site.Rabbit.Queues();
                    return queues.All(queue => now[queue] < sent)
                        ? true
                        : throw new InvalidOperationException($"{sent} were sent, in the queues are {string.Join(", ", now)}");
                },
                "none of them is left in the queue",
                TimeSpan.FromSeconds(20)
            );
            var aside = 0L;
            await Eventually.HoldsAsync(
                async () =>
                {
                    aside = (await Site.Rabbit.Queues())
                        .Where(queue => !queues.Contains(queue.Key))
                        .Sum(queue => queue.Value - before.GetValueOrDefault(queue.Key));
                    return aside >= sent;
                },
                "all of them are set aside",
                TimeSpan.FromSeconds(20)
            );
            Say($"{sent} unreadable messages, {aside} of them set aside in another queue");
        });

    /// <summary>The queues Tally takes totals from: those that the exchange of that message leads to.</summary>
    private async Task<IReadOnlyList<string>> TallyQueues()
    {
        var queues = (await Site.Rabbit.QueuesOf(Echo.Exchange)).ToList();
        queues.ShouldNotBeEmpty($"nothing is bound to {Echo.Exchange}");
        return queues;
    }

    // What a vote takes on this machine today while all is well.
    private static async Task<double> Calm(Load load)
    {
        var since = DateTime.UtcNow;
        await load.Votes(300);
        return load.Diary.Between(since, DateTime.UtcNow).P99;
    }

    // Later than by messages, but not as late as an ordinary reconcile, of which one in five seconds is made.
    private async Task VotesAreSeen(Load load)
    {
        var clock = Stopwatch.StartNew();
        var tool = Any(Site.Tools);
        for (var vote = 0; vote < 3; vote++)
        {
            await load.NewReader().Vote(tool, "ship");
            var version = (await Api.Totals(Site.Voting[0])).Single(totals => totals.Tool == tool).Version;
            foreach (var replica in Site.Tally)
                await Eventually.HoldsAsync(
                    async () => (await Api.Tallies(replica, [tool])).Single().Version >= version,
                    $"{replica.Name} shows a vote cast without the broker",
                    TimeSpan.FromSeconds(3)
                );
        }

        Say($"three votes, one after the other, were seen within {clock.Elapsed.TotalSeconds:0.0} s without the broker");
    }

    private async Task VotesGoOn(Load load, DateTime since, double healthy)
    {
        // Longer than a publish may take, so that it is waited out at least once.
        await load.Votes(Form.Rounds * 1000);
        foreach (var replica in Site.Voting)
            (await replica.IsReady()).ShouldBeTrue($"{replica.Name} should stay ready without the broker");
        load.Diary.Failures(since).ShouldBe(0, "votes don't need the broker");
        var (votes, p99) = load.Diary.Between(since, DateTime.UtcNow);
        Say($"without the broker {votes} votes, p99 {p99:0} ms; before it {healthy:0} ms");
        // On a machine so busy that healthy votes are slow too, half a second would judge the machine.
        p99.ShouldBeLessThan(Math.Max(500, 3 * healthy));
    }
}
