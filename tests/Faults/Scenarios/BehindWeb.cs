using System.Net;
using Faults.Tests.Crowd;
using Faults.Tests.Machine;

namespace Faults.Tests.Scenarios;

public sealed class BehindWeb(Site site, ITestOutputHelper output) : Scenario(site, output)
{
    [Fact]
    public Task Decoupled_and_Durable_for_readers_of_Web_when_any_one_replica_dies() => Judged(async load =>
    {
        var web = await Site.FrontDoor();
        var reader = new Reader(Site, load.Diary, web);
        Site.Readers.Add(reader);
        await using var live = new Watcher(web, [.. Site.Tools.Take(3)], stream: false);
        live.Start();
        await Until.Holds("the page is live", TimeSpan.FromSeconds(20), () => live.Complete);

        foreach (var replica in Site.Voting.Concat(Site.Tally))
        {
            await Kill(replica);
            var asked = 0;
            for (var turn = 0; turn < 20; turn++)
            {
                using var page = await Api.Http.GetAsync(new Uri(web.Address, "compare/cursor-2-0-vs-smolvlm2-2b"));
                page.StatusCode.ShouldBe(HttpStatusCode.OK, $"a page while {replica.Name} is dead");
                asked += await reader.Vote(Site.Tools[turn % Site.Tools.Count], turn % 2 == 0 ? "ship" : "skip");
            }

            Say($"{replica.Name} dead: 20 votes through Web took {asked} requests");
            await Until.Holds($"the page is live while {replica.Name} is dead", TimeSpan.FromSeconds(20), () => live.Complete);
            await replica.StartAndWait();
        }
    });
}
