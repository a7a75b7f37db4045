using System.Diagnostics;
using System.Text.Json;
using Faults.Tests.Crowd;
using Faults.Tests.Judgement;
using Testing;
using Testing.Machine;
using Testing.Servers;

namespace Faults.Tests.Scenarios;

/// <summary>The frame of every scenario: load on, fault, fault over, load off, judgement.</summary>
public abstract class Scenario(Site site, ITestOutputHelper output)
{
    protected Site Site => site;
    protected Random Luck { get; } = new(Form.Seed);

    /// <param name="fault">Injects the fault, asserts that it bit, and ends it. It must leave everything running.</param>
    protected async Task Judged(Func<Load, Task> fault)
    {
        if (site.Missing is { } missing)
            Assert.Skip(missing);
        await site.Whole();
        var clock = Stopwatch.StartNew();
        await using var load = await Load.Start(site);
        try
        {
            await fault(load);
            var sinceFault = Stopwatch.StartNew();
            await load.Stop();
            var judge = new Judge(site);
            var broken = (await judge.Judgement(load, sinceFault)).ToList();
            broken.AddRange(await NotProven());
            Say(
                $"{load.Diary.Summary}; {load.Watchers.Sum(watcher => watcher.Pushes)} pushes over {load.Watchers.Sum(watcher => watcher.Connections)} connections; agreed {judge.Agreed.TotalSeconds:0.0} s after the fault; {clock.Elapsed.TotalSeconds:0} s in all"
            );
            if (broken.Count > 0)
                Assert.Fail($"{broken.Count} broken promises:\n{string.Join('\n', broken.Take(12))}");
        }
        catch (Exception failure)
        {
            foreach (var server in site.All)
                Say(server.Tail());
            // Last, since people read a long log from its end.
            Say($"seed {Form.Seed}; {load.Diary.Summary}; {clock.Elapsed.TotalSeconds:0} s in all; {failure.Message}");
            throw;
        }
    }

    protected void Say(string line)
    {
        output.WriteLine(line);
        TestContext.Current.SendDiagnosticMessage($"{TestContext.Current.Test?.TestDisplayName}: {line.Split('\n')[0]}");
    }

    protected T Any<T>(IReadOnlyList<T> some) => some[Luck.Next(some.Count)];

    /// <summary>Everyone who looked on had to connect again, and not all in one moment: a drain takes five seconds.</summary>
    protected void MovedGently(IEnumerable<Watcher> watchers, DateTime since)
    {
        var moved = watchers.Select(watcher => watcher.Dropped.First(dropped => dropped >= since)).Order().ToList();
        var spread = moved[^1] - moved[0];
        Say($"{moved.Count} readers moved within {spread.TotalSeconds:0.0} s");
        spread.ShouldBeGreaterThan(TimeSpan.FromSeconds(2.5));
    }

    /// <summary>kill -9, and proof that it died of it.</summary>
    protected static async Task Kill(Server server)
    {
        await server.Send(UnixSignal.Kill);
        server.ExitCode.ShouldBe(128 + (int)UnixSignal.Kill, $"{server.Name} should have died of kill -9");
    }

    /// <summary>Freezes the process until disposed, and makes sure that it is frozen.</summary>
    protected static async Task<IAsyncDisposable> Frozen(Server server)
    {
        await server.Send(UnixSignal.Stop);
        await Eventually.HoldsAsync(() => server.Frozen, $"{server.Name} is frozen", TimeSpan.FromSeconds(5));
        return new Thaw(server);
    }

    // A stranger's recount of the public log, which must cover every entry, agree with every tally, and extend the checkpoint kept from the
    // scenario before.
    private async Task<IReadOnlyList<string>> NotProven()
    {
        var key = (await Api.LogKey(Any(Site.Voting))).Trim();
        var (entries, wrongs) = (0L, (IReadOnlyList<string>)[]);
        await Eventually.HoldsAsync(
            async () =>
            {
                var log = new Uri(Any(Site.Voting).Address, "log").ToString();
                var (code, answer) = await Operator("recount", "--log", log, "--key", key, "--state", Site.LastCheckpoint);
                if (code is not (0 or 1))
                    throw new InvalidOperationException(answer);
                var said = JsonDocument.Parse(answer).RootElement;
                entries = said.GetProperty("facts").GetProperty("entries").GetInt64();
                wrongs = [.. said.GetProperty("wrongs").EnumerateArray().Select(wrong => $"Provable: {wrong}")];
                return wrongs.Count > 0 || entries >= Site.Ledger.LastId;
            },
            $"a checkpoint over {Site.Ledger.LastId} entries (Provable)",
            Form.Settled
        );
        return wrongs;
    }

    /// <summary>Runs the tool beside the site, with the settings the services have.</summary>
    protected async Task<(int Code, string Answer)> Operator(params string[] arguments)
    {
        var tool = Built.Path("Operator");
        var log = Path.GetTempFileName();
        using var child = Child.Start(
            log,
            ["dotnet", tool, .. arguments, "--json"],
            new Dictionary<string, string?>
            {
                ["Services__Catalog"] = Site.Catalog.Address.ToString(),
                ["Services__Voting"] = string.Join(';', Site.Voting.Select(replica => replica.Address)),
                ["Services__Tally"] = string.Join(';', Site.Tally.Select(replica => replica.Address)),
                ["ConnectionStrings__Bus"] = Site.BusOf("operator"),
                ["ConnectionStrings__Counters"] = Site.CountersOf("tally"),
            }
        );
        await child.Exited(TimeSpan.FromSeconds(60));
        var answer = await File.ReadAllTextAsync(log);
        File.Delete(log);
        return (child.ExitCode, answer);
    }

    private sealed class Thaw(Server server) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await server.Send(UnixSignal.Continue);
    }
}
