using Bench.Simulation;

namespace Bench.Measures;

/// <summary>
/// A hot comparison with ten million readers at once, played with the costs that were measured; for the most readers on a replica and the
/// most pushes a second one may set.
/// </summary>
internal static class Simulate
{
    public static Task MeasureAsync(Form form, Report report)
    {
        var hour = form.Smoke ? new Hour(100_000, Seconds: 400, Rise: 60) : new Hour(10_000_000);
        var prices = Prices.Parse(form.Prices);
        Console.WriteLine(
            "| readers' way | readers a replica | pushes/s and tool, at most | replicas | GiB | cores busy | messages/s at peak | GB/s at peak | seen after p50, p99 | busiest core | cost of the hour | of it the network |"
        );
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (var cost in (ReaderCost[])[ReaderCost.Hub, ReaderCost.Stream])
            foreach (var readers in (int[])[5_000, 20_000])
                foreach (var pushes in (double[])[10, 2, 1, 0.2])
                {
                    var outcome = new HotComparison(cost, hour, readers, pushes).Play();
                    var (all, network) = (outcome.Cost(hour, prices), outcome.Bytes / 1e9 * prices.EgressGb);
                    Console.WriteLine(
                        $"| {cost.Kind} | {readers:N0} | {Report.Number(pushes)} | {outcome.Replicas:N0} | {outcome.GiB:N0} | {outcome.Cores:N0} | {outcome.PeakPerSecond / 1e6:N1} million | {outcome.PeakPerSecond * cost.PushBytes / 1e9:0.0} | {outcome.P50:0.00} s, {outcome.P99:0.00} s | {outcome.Busiest:0 %} | {all:N0} | {network / all:0 %} |"
                    );
                    report.Say(
                        $"    {cost.Kind}, {readers:N0} a replica, {Report.Number(pushes)}/s: readers were {outcome.Away / hour.Readers:0.000} s each without a connection"
                    );
                }

        // Twice the readers on twice the replicas are twice everything.
        var (once, twice) = (
            new HotComparison(ReaderCost.Hub, hour, 10_000, 1).Play(),
            new HotComparison(ReaderCost.Hub, hour with { Readers = hour.Readers * 2 }, 10_000, 1).Play()
        );
        var ratio = twice.Bytes / once.Bytes;
        report.Add("simulation: bytes for twice the readers", "2", Report.Number(ratio), Math.Abs(ratio - 2) < 0.05);
        return Task.CompletedTask;
    }
}
