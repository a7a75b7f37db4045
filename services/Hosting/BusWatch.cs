using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hosting;

/// <summary>
/// Says once when the bus went away and once when it is back. MassTransit's own log repeats a stack trace for every attempt,
/// which hides more than it tells during an outage, and is therefore filtered.
/// </summary>
internal sealed class BusWatch(IBusControl bus, TimeProvider clock, ILogger<BusWatch> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(2), clock);
        var away = false;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var health = bus.CheckHealth();
            if (health.Status is BusHealthStatus.Healthy == away)
            {
                away = !away;
                if (away)
                    BusLog.Away(log, health.Description);
                else
                    BusLog.Back(log);
            }
        }
    }
}

internal static partial class BusLog
{
    [LoggerMessage(1003, LogLevel.Warning, "The bus is away: {Problem}")]
    public static partial void Away(ILogger log, string problem);

    [LoggerMessage(1004, LogLevel.Information, "The bus is back")]
    public static partial void Back(ILogger log);
}
