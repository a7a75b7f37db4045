using System.Diagnostics;
using Bench.Servers;

namespace Bench.Measures;

/// <summary>Built Standalone: from the process's start to the first page, and what it holds when nothing happens.</summary>
internal static class StartAndMemory
{
    public static async Task MeasureAsync(Form form, Report report)
    {
        var (starts, memories) = (new List<double>(), new List<double>());
        using var http = new HttpClient();
        for (var round = 0; round <= form.Rounds; round++)
        {
            await using var alone = new Alone();
            var clock = Stopwatch.StartNew();
            alone.Process.Launch();
            while (true)
            {
                try
                {
                    using var page = await http.GetAsync(new Uri(alone.Process.Address, "compare/cursor-2-0-vs-smolvlm2-2b"));
                    if (page.IsSuccessStatusCode)
                        break;
                }
                catch (HttpRequestException)
                {
                    // It does not listen yet.
                }

                await Task.Delay(5);
            }

            var took = clock.Elapsed.TotalSeconds;
            await Task.Delay(TimeSpan.FromSeconds(form.Smoke ? 1 : 15));
            report.Say($"    round {round}: {took:0.00} s, {VoteRate.Resident(alone.Process.Pid):0} MiB");
            if (round == 0 && !form.Smoke)
                continue;
            starts.Add(took);
            memories.Add(VoteRate.Resident(alone.Process.Pid));
        }

        report.AtMost("built Standalone, first start on empty data, to the first page", 1.5, Report.Median(starts), "s");
        report.AtMost("Standalone's memory, idle", 150, Report.Median(memories), "MiB");
    }
}
