namespace Tally.Pushing.Connections;

/// <summary>
/// Looks twice in an interval whether a reader needs a sign of life, from one timer for all. Each has its own place in the round: told all
/// at once, tens of thousands of readers would take as many buffers in one moment, which no pool keeps, and a burst of the processor.
/// </summary>
internal sealed class KeepAlive(TallySettings settings, TimeProvider timeProvider) : BackgroundService
{
    private const int Steps = 100;

    private readonly HashSet<Reader>[] _places = [.. Enumerable.Range(0, Steps).Select(_ => new HashSet<Reader>())];
    private int _next;

    /// <returns>The place to give back to <see cref="Remove"/>.</returns>
    public int Add(Reader reader)
    {
        var place = (int)((uint)Interlocked.Increment(ref _next) % Steps);
        lock (_places[place])
            _places[place].Add(reader);
        return place;
    }

    public void Remove(Reader reader, int place)
    {
        lock (_places[place])
            _places[place].Remove(reader);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var step = new PeriodicTimer(settings.Heartbeat / 2 / Steps, timeProvider);
        List<Reader> due = [];
        for (var at = 0; await step.WaitForNextTickAsync(stoppingToken); at = (at + 1) % Steps)
        {
            lock (_places[at])
                due.AddRange(_places[at]);
            foreach (var reader in due)
                reader.Beat();
            due.Clear();
        }
    }
}
