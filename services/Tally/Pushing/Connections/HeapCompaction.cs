namespace Tally.Pushing.Connections;

/// <summary>
/// Closes the heap's holes once when many readers have come or gone and their number has settled. What a new connection
/// allocates soon becomes garbage between objects that live for hours. The next full collection would close these holes, but none happens
/// while readers only wait, and the holes take a fifth of a replica's memory. Compacting pauses the process for 20 to 35 µs for each
/// reader, as does each full collection while readers arrive.
/// </summary>
internal sealed partial class HeapCompaction(Pushes pushes, TimeProvider timeProvider, ILogger<HeapCompaction> logger) : BackgroundService
{
    private const int Few = 1000;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var looks = new PeriodicTimer(Interval, timeProvider);
        for (var (before, compacted) = (0, 0); await looks.WaitForNextTickAsync(stoppingToken);)
        {
            var now = pushes.Count;
            var settled = Math.Abs(now - before) <= now / 100;
            before = now;
            if (!settled || Math.Abs(now - compacted) < Math.Max(Few, compacted / 4))
                continue;
            var began = timeProvider.GetTimestamp();
            // Aggressive gives the memory back to the machine as well.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            LogCompacted(now, timeProvider.GetElapsedTime(began).TotalMilliseconds);
            compacted = now;
        }
    }

    [LoggerMessage(4060, LogLevel.Information, "Compacted the heap at {Readers} live readers in {Milliseconds:0} ms")]
    private partial void LogCompacted(int readers, double milliseconds);
}
