using System.Net;
using Faults.Tests.Crowd;
using Testing;
using Testing.Machine;
using Testing.Servers;

namespace Faults.Tests.Scenarios;

public sealed class BehindWeb(Site site, ITestOutputHelper output) : Scenario(site, output)
{
    [Fact]
    public Task Decoupled_and_Durable_for_readers_of_Web_when_any_one_replica_dies() =>
        Judged(async load =>
        {
            var web = await Site.FrontDoor();
            var reader = new Reader(Site, load.Diary, web);
            Site.Readers.Add(reader);
            await using var live = new Watcher(web, [.. Site.Tools.Take(3)], stream: false);
            live.Start();
            await Eventually.HoldsAsync(() => live.Complete, "the page is live", TimeSpan.FromSeconds(20));

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
                await Eventually.HoldsAsync(
                    () => live.Complete,
                    $"the page is live while {replica.Name} is dead",
                    TimeSpan.FromSeconds(20)
                );
                await replica.StartAndWait();
            }
        });

    [Fact]
    public Task Drain_when_Web_is_restarted_one_by_one() =>
        Judged(async load =>
        {
            ServiceProcess[] doors = [await Site.FrontDoor("web-1"), await Site.FrontDoor("web-2")];
            var reader = new Reader(Site, load.Diary, doors);
            Site.Readers.Add(reader);
            var pages = Enumerable
                .Range(0, 24)
                .Select(n => new Watcher(doors[n % 2], [.. Site.Tools.Take(2)], stream: n % 6 == 5))
                .ToList();
            try
            {
                pages.ForEach(page => page.Start());
                await Eventually.HoldsAsync(() => pages.TrueForAll(page => page.Complete), "the pages are live", TimeSpan.FromSeconds(20));
                foreach (var web in doors)
                {
                    var (since, most) = (DateTime.UtcNow, 0);
                    var stopped = web.Send(UnixSignal.Terminate);
                    for (var turn = 0; turn < 40 || !stopped.IsCompleted; turn++)
                        most = Math.Max(most, await reader.Vote(Site.Tools[turn % Site.Tools.Count], turn % 2 == 0 ? "ship" : "skip"));
                    await stopped;
                    web.ExitCode.ShouldBe(0, $"{web.Name} should end gracefully");
                    most.ShouldBeLessThanOrEqualTo(2, $"one retry should do while {web.Name} restarts");
                    MovedGently(pages.Where(page => page.Replica == web), since);
                    await web.StartAndWait();
                    await Eventually.HoldsAsync(
                        () => pages.TrueForAll(page => page.Complete),
                        $"the pages of {web.Name} are live again",
                        TimeSpan.FromSeconds(20)
                    );
                }
            }
            finally
            {
                await Task.WhenAll(pages.Select(page => page.DisposeAsync().AsTask()));
                foreach (var web in doors)
                    await web.Send(UnixSignal.Terminate);
            }
        });
}
