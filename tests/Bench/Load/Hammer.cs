using System.Diagnostics;

namespace Bench.Load;

/// <summary>What a run of load came to.</summary>
/// <param name="PerSecond">Answers with 2xx a second.</param>
/// <param name="Times">Milliseconds, sorted.</param>
/// <param name="Bad">Answers with another status.</param>
internal sealed record Run(double PerSecond, double[] Times, int Good, int Bad)
{
    public double P50 => At(0.5);
    public double P99 => At(0.99);

    private double At(double share) => Times.Length == 0 ? double.NaN : Times[(int)Math.Min(Times.Length - 1, Times.Length * share)];
}

/// <summary>Drives load over many connections.</summary>
internal static class Hammer
{
    /// <summary>
    /// Closed loop: each connection asks again as soon as it was answered. Right for throughput; its times say what one of so many waits.
    /// </summary>
    public static async Task<Run> ClosedAsync(int port, int connections, TimeSpan length, Func<byte[]> next)
    {
        var open = await OpenAsync(port, connections);
        var stop = Stopwatch.GetTimestamp() + (long)(length.TotalSeconds * Stopwatch.Frequency);
        var clock = Stopwatch.StartNew();
        var done = await Task.WhenAll(
            open.Select(connection =>
                Task.Run(async () =>
                {
                    var (times, good) = (new List<double>(10_000), 0);
                    for (var at = Stopwatch.GetTimestamp(); at < stop; at = Stopwatch.GetTimestamp())
                    {
                        good += await connection.AskAsync(next()) is >= 200 and < 300 ? 1 : 0;
                        times.Add(Stopwatch.GetElapsedTime(at).TotalMilliseconds);
                    }

                    return (times, good);
                })
            )
        );
        return Sum(done, clock.Elapsed, open);
    }

    /// <summary>Closed loop against a server that disconnects after each answer.</summary>
    public static async Task<Run> HangingUpAsync(int port, int atOnce, TimeSpan length, Func<byte[]> next)
    {
        var clock = Stopwatch.StartNew();
        var done = await Task.WhenAll(
            Enumerable
                .Range(0, atOnce)
                .Select(_ =>
                    Task.Run(async () =>
                    {
                        var (times, good) = (new List<double>(10_000), 0);
                        while (clock.Elapsed < length)
                        {
                            var at = Stopwatch.GetTimestamp();
                            using var connection = new Connection(port, most: 16 * 1024);
                            await connection.OpenAsync();
                            good += await connection.AskAsync(next()) is >= 200 and < 300 ? 1 : 0;
                            times.Add(Stopwatch.GetElapsedTime(at).TotalMilliseconds);
                        }

                        return (times, good);
                    })
                )
        );
        return Sum(done, clock.Elapsed, []);
    }

    /// <summary>
    /// Open loop: requests are due at a steady rate whether or not the ones before were answered, and each one's time counts from when it
    /// was due. So a server that stalls is charged for everyone who would have come meanwhile (no coordinated omission).
    /// </summary>
    public static async Task<Run> OpenLoopAsync(int port, int connections, double perSecond, TimeSpan length, Func<byte[]> next)
    {
        var open = await OpenAsync(port, connections);
        var start = Stopwatch.GetTimestamp();
        var clock = Stopwatch.StartNew();
        var turn = -1L;
        var last = (long)(perSecond * length.TotalSeconds);
        var done = await Task.WhenAll(
            open.Select(connection =>
                Task.Run(async () =>
                {
                    var (times, good) = (new List<double>(10_000), 0);
                    while (Interlocked.Increment(ref turn) is var mine && mine < last)
                    {
                        var due = start + (long)(mine / perSecond * Stopwatch.Frequency);
                        var ahead = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
                        if (ahead > TimeSpan.FromMilliseconds(1))
                            await Task.Delay(ahead);
                        good += await connection.AskAsync(next()) is >= 200 and < 300 ? 1 : 0;
                        times.Add(Stopwatch.GetElapsedTime(due).TotalMilliseconds);
                    }

                    return (times, good);
                })
            )
        );
        return Sum(done, clock.Elapsed, open);
    }

    private static async Task<Connection[]> OpenAsync(int port, int connections)
    {
        var open = Enumerable.Range(0, connections).Select(_ => new Connection(port)).ToArray();
        foreach (var connection in open)
            await connection.OpenAsync();
        return open;
    }

    private static Run Sum((List<double> Times, int Good)[] done, TimeSpan took, Connection[] open)
    {
        foreach (var connection in open)
            connection.Dispose();
        var times = done.SelectMany(one => one.Times).Order().ToArray();
        var good = done.Sum(one => one.Good);
        return new Run(good / took.TotalSeconds, times, good, times.Length - good);
    }
}
