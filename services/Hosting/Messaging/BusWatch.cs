using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hosting.Messaging;

/// <summary>
/// Says once when the bus went away and once when it is back. MassTransit's own log repeats a stack trace for every attempt,
/// which hides more than it tells during an outage, and is therefore filtered.
/// </summary>
internal sealed class BusWatch(IBusControl bus, TimeProvider timeProvider, ILogger<BusWatch> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(2), timeProvider);
        var (away, looks, patience) = (false, 0, 10);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var health = bus.CheckHealth();
            // A bus that is still starting is not away.
            (looks, patience) = health.Status is BusHealthStatus.Healthy ? (0, 1) : (looks + 1, patience);
            if (away ? looks == 0 : looks == patience)
            {
                away = !away;
                if (away)
                    BusLog.Away(logger, bus.Address.Host, Reason(health));
                else
                    BusLog.Back(logger);
            }
        }
    }

    // The description only counts endpoints; the reason is the innermost of their exceptions.
    private static string Reason(BusHealthResult health) =>
        health
            .Endpoints.Values.Select(endpoint => endpoint.Exception)
            .Prepend(health.Exception)
            .OfType<Exception>()
            .FirstOrDefault()
            ?.GetBaseException()
            .Message
        ?? health.Description;
}

internal static partial class BusLog
{
    [LoggerMessage(1003, LogLevel.Warning, "The bus at {Host} is unavailable: {Problem}")]
    public static partial void Away(ILogger logger, string host, string problem);

    [LoggerMessage(1004, LogLevel.Information, "The bus is back")]
    public static partial void Back(ILogger logger);
}
