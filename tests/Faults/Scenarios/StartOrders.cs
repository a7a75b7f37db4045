using Testing;
using Testing.Machine;
using Testing.Servers;

namespace Faults.Tests.Scenarios;

public sealed class StartOrders(Site site, ITestOutputHelper output) : Scenario(site, output)
{
    [Fact]
    public Task Durable_and_Exact_whatever_is_started_first() =>
        Judged(async load =>
        {
            for (var round = 0; round < Form.StartOrders; round++)
            {
                foreach (var service in Site.Services.Concat(Site.Servers))
                    await service.Send(Ending(service));

                Server[] order = [.. Site.Services.Concat(Site.Servers)];
                Luck.Shuffle(order);
                // The second order is the hardest one: everybody looks for servers that come last.
                if (round == 1)
                    order = [.. Site.Services, .. Site.Servers];
                Say($"order {string.Join(", ", order.Select(server => server.Name))}");
                foreach (var server in order)
                {
                    server.Launch();
                    // The next one starts once this one has had the time to miss whatever is not there yet: when it listens, or gave up.
                    if (server is ServiceProcess service)
                        await Eventually.HoldsAsync(service.IsLive, $"{server.Name} answers", TimeSpan.FromSeconds(30));
                    server.Alive.ShouldBeTrue($"{server.Name} should wait for what it needs, not end");
                }

                foreach (var server in order)
                    await server.Ready();
                await load.Votes(50);
            }
        });

    // PostgreSQL takes a plain request to end as "once everybody has left", and idle connections of our pools would keep it waiting.
    private UnixSignal Ending(Server server) =>
        server == Site.Rabbit ? UnixSignal.Kill
        : server == Site.Postgres ? UnixSignal.Interrupt
        : UnixSignal.Terminate;
}
