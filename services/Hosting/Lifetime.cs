using Microsoft.Extensions.Hosting;

namespace Hosting;

public static class Lifetime
{
    /// <summary>
    /// Completes once the process listens. Background work that asks other services begins then: composed in one process, they are this
    /// very process, and asking it earlier would only run into a time-out.
    /// </summary>
    public static async Task StartedAsync(this IHostApplicationLifetime lifetime, CancellationToken cancellationToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(cancellationToken);
    }
}
