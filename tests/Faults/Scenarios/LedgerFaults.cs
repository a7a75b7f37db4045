using Faults.Tests.Servers;
using Testing;
using Testing.Machine;
using Testing.Servers;

namespace Faults.Tests.Scenarios;

public sealed class LedgerFaults(Site site, ITestOutputHelper output) : Scenario(site, output)
{
    [Theory]
    [InlineData(UnixSignal.Kill)]
    [InlineData(UnixSignal.Quit)]
    public Task Durable_and_Decoupled_when_PostgreSQL_dies_and_returns(UnixSignal death) =>
        Judged(async load =>
        {
            for (var round = 0; round < Form.Rounds; round++)
            {
                var since = DateTime.UtcNow;
                // Quit is PostgreSQL's "immediate": no checkpoint, sessions cut, recovery at the next start.
                await Site.Postgres.Send(death);
                Site.Postgres.Alive.ShouldBeFalse();
                await Eventually.HoldsAsync(
                    () => load.Diary.Failures(since, "503") > 20,
                    "votes are refused with 503",
                    TimeSpan.FromSeconds(20)
                );
                foreach (var replica in Site.Voting)
                    replica.Alive.ShouldBeTrue($"{replica.Name} should outlive its database");
                await Eventually.HoldsAsync(Site.Postgres.Gone, "the last backend is gone", TimeSpan.FromSeconds(20));
                var away = DateTime.UtcNow;
                await Eventually.HoldsAsync(
                    () => load.Diary.Failures(away, "503") > 20,
                    "more votes are refused",
                    TimeSpan.FromSeconds(20)
                );
                load.Diary.AcknowledgedOfThoseSent(away).ShouldBe(0, "nothing can be durable without the database");
                await Site.Postgres.StartAndWait();
                await load.Votes(50);
            }
        });

    [Fact]
    public Task One_vote_when_the_connection_is_cut_just_after_COMMIT_and_the_reader_asks_again() =>
        Judged(async load =>
        {
            using var cutter = new AnswerCutter(Site.Postgres.Port);
            var replica = await Site.AnotherVoting(
                "voting-cut",
                new Dictionary<string, string?> { ["ConnectionStrings__Ledger"] = Postgres.ConnectionTo("ledger", cutter.Port) }
            );
            try
            {
                var reader = load.NewReader();
                var tool = Any(Site.Tools);
                var doubtful = 0;
                for (var vote = 0; vote < Form.Rounds * 5; vote++)
                {
                    var choice = vote % 2 == 0 ? "ship" : "skip";
                    cutter.CutAfterNextCommit(tool);
                    if (await reader.Try(replica, tool, choice) is { } answer)
                    {
                        reader.Believe(tool, choice, answer);
                        continue;
                    }

                    // No answer, yet it is there: that is the fault. Asking again must find it, not do it again.
                    if (
                        (await reader.Own(Site.Voting[0])).Votes.Any(own => own.Tool == tool && own.Choice == choice && own.Seq == vote + 1)
                    )
                        doubtful++;
                    await reader.Vote(tool, choice);
                }

                Say($"cut {cutter.Cuts} times after COMMIT, {doubtful} durable votes without an answer");
                cutter.Cuts.ShouldBePositive("answers should have been cut off");
            }
            finally
            {
                await replica.Send(UnixSignal.Terminate);
            }
        });
}
