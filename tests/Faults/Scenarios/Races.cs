namespace Faults.Tests.Scenarios;

public sealed class Races(Site site, ITestOutputHelper output) : Scenario(site, output)
{
    [Fact]
    public Task One_vote_when_one_reader_changes_it_a_thousand_times_across_replicas() =>
        Judged(async load =>
        {
            var reader = load.NewReader();
            for (var vote = 0; vote < 1000; vote++)
                await reader.Vote(
                    Site.Tools[0],
                    (vote % 3) switch
                    {
                        0 => "ship",
                        1 => "skip",
                        _ => null,
                    },
                    Site.Voting[vote % Site.Voting.Count]
                );
            reader.History[Site.Tools[0]].Count.ShouldBe(1000, "each was a change");
        });

    [Fact]
    public Task One_vote_when_the_same_request_is_sent_a_hundred_times_at_once() =>
        Judged(async load =>
        {
            for (var round = 0; round < Form.Rounds; round++)
            {
                var reader = load.NewReader();
                var (known, tool) = (Site.Tools[0], Site.Tools[1]);
                await reader.Vote(known, "skip");

                var answers = await Task.WhenAll(
                    Enumerable.Range(0, 100).Select(n => reader.Try(Site.Voting[n % Site.Voting.Count], tool, "ship"))
                );

                var answer = answers[0].ShouldNotBeNull();
                answer.Seq.ShouldBe(1);
                answers.Distinct().ShouldHaveSingleItem("all hundred should be told the same");
                reader.Believe(tool, "ship", answer);
            }
        });

    [Fact]
    public Task One_vote_when_a_hundred_contradicting_requests_race() =>
        Judged(async load =>
        {
            for (var round = 0; round < Form.Rounds; round++)
            {
                var reader = load.NewReader();
                var (known, tool) = (Site.Tools[0], Site.Tools[1]);
                await reader.Vote(known, "skip");

                var answers = await Task.WhenAll(
                    Enumerable.Range(0, 100).Select(n => reader.Try(Site.Voting[n % Site.Voting.Count], tool, n % 2 == 0 ? "ship" : "skip"))
                );

                // Which order they took effect in only the ledger knows; it must be one order, each change numbered once.
                foreach (
                    var change in answers
                        .Select(answer => answer.ShouldNotBeNull())
                        .GroupBy(answer => answer.Seq)
                        .OrderBy(group => group.Key)
                )
                {
                    change.Distinct().ShouldHaveSingleItem($"two different votes both had seq {change.Key}");
                    reader.Believe(tool, change.First().Choice, change.First());
                }
            }
        });
}
