namespace Tally.Pushing.Connections;

/// <summary>
/// Moves live readers over gently when the process stops: each is asked to reconnect, spread over a few seconds, so that the other
/// replicas aren't stormed. Reads are still served; readiness is already off.
/// </summary>
internal sealed partial class Drain(Pushes pushes, TallySettings settings, IHostApplicationLifetime lifetime, ILogger<Drain> logger)
    : IHostedService
{
    private static readonly TimeSpan ForLeaving = TimeSpan.FromSeconds(1);
    private CancellationTokenRegistration _registration;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // SignalR cuts all its connections in a callback of this same token, and callbacks run last-registered first. So this one,
        // registered after the routes were mapped, has to finish before it returns: there is no later hook that still finds the connections
        // open.
        _registration = lifetime.ApplicationStopping.Register(() => Task.Run(RunAsync).Wait(settings.Drain + TimeSpan.FromSeconds(2)));
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken) => await _registration.DisposeAsync();

    private async Task RunAsync()
    {
        var gone = pushes.BeginDrain();
        var readers = pushes.Readers;
        if (readers.Count == 0)
            return;
        LogDraining(readers.Count, settings.Drain.TotalSeconds);
        var began = pushes.Time.GetTimestamp();
        var told = 0;
        foreach (var reader in readers)
        {
            var due = settings.Drain * ((double)told++ / readers.Count) - pushes.Time.GetElapsedTime(began);
            if (due > TimeSpan.FromMilliseconds(20))
                await Task.Delay(due, pushes.Time);
            // Not awaited: one that doesn't read would hold up those that do.
            _ = reader.GoodbyeAsync().AsTask();
        }

        // SignalR drops what a connection has written and not sent yet. A client that was told disconnects itself, which is awaited; one
        // that doesn't is cut.
        await Task.WhenAny(gone, Task.Delay(ForLeaving, pushes.Time));
    }

    [LoggerMessage(4030, LogLevel.Information, "Stopping: asking {Readers} live readers to reconnect over {Seconds} s")]
    private partial void LogDraining(int readers, double seconds);
}
