using Faults.Tests.Machine;
using Testing;
using Testing.Machine;

namespace Faults.Tests.Scenarios;

public sealed class ReplicasDie(Site site, ITestOutputHelper output) : Scenario(site, output)
{
    [Fact]
    public Task Durable_and_Exact_when_a_Voting_replica_is_killed_again_and_again() =>
        Judged(async load =>
        {
            for (var round = 0; round < Form.Rounds; round++)
            {
                var since = DateTime.UtcNow;
                var replica = Any(Site.Voting);
                await Kill(replica);
                await load.Votes(100);
                load.Diary.Failures(since).ShouldBePositive("readers should have noticed");
                await replica.StartAndWait();
                await load.Votes(50);
            }
        });

    [Fact]
    public Task One_vote_when_a_Voting_replica_freezes_and_thaws() =>
        Judged(async load =>
        {
            for (var round = 0; round < Form.Rounds; round++)
            {
                var since = DateTime.UtcNow;
                await using (await Frozen(Any(Site.Voting)))
                {
                    // Long enough for readers to give up on it, ask the other one, and change their minds there. What they had sent still
                    // waits in its sockets.
                    await Eventually.HoldsAsync(() => load.Diary.Failures(since) >= 50, "readers gave up on it", TimeSpan.FromSeconds(60));
                    await load.Votes(500);
                }

                await load.Votes(100);
            }
        });

    [Fact]
    public Task Exact_and_Forward_only_when_a_Tally_replica_is_killed_in_the_middle_of_its_work() =>
        Judged(async load =>
        {
            for (var round = 0; round < Form.Rounds; round++)
            {
                var replica = Any(Site.Tally);
                var before = load.Watchers.Where(watcher => watcher.Replica == replica).Sum(watcher => watcher.Connections);
                await Kill(replica);
                await load.Votes(150);
                await replica.StartAndWait();
                await Eventually.HoldsAsync(
                    () => load.Watchers.Where(watcher => watcher.Replica == replica).Sum(watcher => watcher.Connections) > before,
                    "its watchers are back",
                    TimeSpan.FromSeconds(10)
                );
            }
        });

    [Fact]
    public Task Drain_when_Voting_and_Tally_are_restarted_one_by_one() =>
        Judged(async load =>
        {
            // A drain takes its time, so the short form restarts each replica once.
            for (var round = 0; round < (Form.Night ? Form.Rounds : 1); round++)
            {
                foreach (var replica in Site.Voting.Concat(Site.Tally))
                {
                    var since = DateTime.UtcNow;
                    await replica.Send(UnixSignal.Terminate);
                    replica.ExitCode.ShouldBe(0, $"{replica.Name} should end gracefully");
                    await replica.StartAndWait();
                    await load.Votes(50);
                    load.Diary.Failures(since, "503").ShouldBe(0, $"no vote should be refused while {replica.Name} restarts");
                    load.Diary.MostAttempts(since).ShouldBeLessThanOrEqualTo(2, $"one retry should do while {replica.Name} restarts");
                    if (Site.Tally.Contains(replica))
                        MovedGently(load.Watchers.Where(watcher => watcher.Replica == replica), since);
                }
            }
        });

    [Fact]
    public Task Exact_and_Forward_only_when_one_replicas_clock_is_two_hours_ahead() => OneClock("+2h");

    [Fact]
    public Task Exact_and_Forward_only_when_one_replicas_clock_is_two_hours_behind() => OneClock("-2h");

    private Task OneClock(string shift) =>
        Judged(async load =>
        {
            var astray = await Site.AnotherVoting($"voting{shift}", Clock.Shifted(shift));
            try
            {
                var reader = load.NewReader();
                for (var vote = 0; vote < 40; vote++)
                {
                    // The same tools in turn on the replica that errs and on any other, so that their times interleave.
                    await reader.Vote(Site.Tools[vote % 2], vote % 4 < 2 ? "ship" : "skip", vote % 3 == 0 ? astray : null);
                }

                (await Clock.Of(astray) - DateTimeOffset.UtcNow)
                    .Duration()
                    .ShouldBeGreaterThan(TimeSpan.FromHours(1), "the clock should be wrong");
            }
            finally
            {
                await astray.Send(UnixSignal.Terminate);
            }
        });
}
