using System.Diagnostics;
using System.Net.Http.Json;
using Bench.Load;
using Bench.Servers;

namespace Bench.Measures;

/// <summary>
/// What it costs to count first votes by network and to look for floods, as a share of the votes a second without; how long a flood within
/// a crowd takes to be found; and how long it then takes to be off a reader's page.
/// </summary>
internal static class GateCost
{
    private const string Tool = "cursor-2-0";

    private sealed record Total(string Tool, long Version, long Held);

    public static async Task MeasureAsync(Form form, Report report)
    {
        await CostAsync(form, report);
        await DetectionAsync(form, report);
    }

    private static async Task CostAsync(Form form, Report report)
    {
        await using var plain = new Alone(behindProxy: true);
        await using var gated = new Alone(behindProxy: true, gated: true);
        await plain.StartAsync();
        await gated.StartAsync();
        var (without, with) = (new List<Run>(), new List<Run>());
        var first = 0;
        for (var round = form.Smoke ? 0 : -2; round <= form.Rounds; round++)
            foreach (var (alone, runs) in ((Alone, List<Run>)[])[(plain, without), (gated, with)])
            {
                // Each voter is new and has a network of its own.
                var next = first - 1;
                var run = await Hammer.ClosedAsync(
                    alone.Process.Port,
                    64,
                    TimeSpan.FromSeconds(form.Seconds),
                    () =>
                    {
                        var n = Interlocked.Increment(ref next);
                        return Tokens.Vote(
                            Whole.Tools[n % Whole.Tools.Count],
                            n % 2 == 0 ? "ship" : "skip",
                            alone.Tokens.New(),
                            Dispersed(n)
                        );
                    }
                );
                first = next + 1;
                report.Say($"    round {round} {(alone == gated ? "gated" : "plain")}: {run.PerSecond:N0}/s, {run.Bad} bad");
                if (round > 0)
                    runs.Add(run);
            }

        report.AtLeast(
            "first votes with the gate and detection, of those without",
            0.95,
            Report.Median(with.Zip(without, (some, others) => some.PerSecond / others.PerSecond)),
            $"{Report.Median(with.Select(run => run.PerSecond)):N0}/s, {with.Sum(run => run.Bad)} refused"
        );
    }

    private static async Task DetectionAsync(Form form, Report report)
    {
        var (honest, networks) = form.Smoke ? (300, 20) : (9_000, 334);
        await using var alone = new Alone(behindProxy: true, gated: true);
        await alone.StartAsync();
        using var http = new HttpClient { BaseAddress = alone.Process.Address };
        using var voter = new Connection(alone.Process.Port);
        await voter.OpenAsync();
        for (var n = 0; n < honest; n++)
            await CastAsync(n % 2 == 0 ? "ship" : "skip", Dispersed(n));
        using var reader = await HubSocket.OpenAsync("127.0.0.1", alone.Process.Port, null);
        await reader.WatchAsync(Tool);
        // Three of each network count at once.
        for (var n = 0; n < 3 * networks; n++)
            await CastAsync("ship", $"198.{n % networks % 250}.{n % networks / 250}.{10 + n / networks}");

        var clock = Stopwatch.StartNew();
        Total total;
        while ((total = await TotalAsync()).Held < 3 * networks && clock.Elapsed < TimeSpan.FromMinutes(1))
            await Task.Delay(5);
        var found = clock.Elapsed;
        while (reader.Version < total.Version && clock.Elapsed < TimeSpan.FromMinutes(2))
            await reader.NextAsync(reader.Version);
        report.AtMost(
            $"a flood of {3 * networks:N0} among {honest + 3 * networks:N0} first votes on one tool, held after",
            10,
            found.TotalSeconds,
            "s"
        );
        report.AtMost("and then on a reader's page after", 1, (clock.Elapsed - found).TotalSeconds, "s");

        async Task CastAsync(string choice, string from)
        {
            var status = await voter.AskAsync(Tokens.Vote(Tool, choice, alone.Tokens.New(), from));
            if (status != 200)
                throw new InvalidOperationException($"A first vote was answered {status}.");
        }

        async Task<Total> TotalAsync() =>
            (await http.GetFromJsonAsync<List<Total>>("/api/ledger/totals"))!.First(total => total.Tool == Tool);
    }

    // No two of the first twenty thousand in one /20.
    private static string Dispersed(int n) => $"{11 + n % 80}.{n / 80 % 250}.{n / 20_000 % 250}.7";
}
