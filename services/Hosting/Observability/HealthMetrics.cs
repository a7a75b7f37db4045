using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Hosting.Observability;

/// <summary>
/// What a service needs, as its health checks see it, as metrics: alerts on PostgreSQL, Redis and the broker then need no exporter beside
/// each of them. The checks run by themselves every fifteen seconds, not on request.
/// </summary>
internal sealed class HealthMetrics : IHealthCheckPublisher
{
    internal const string MeterName = "Hosting";
    private readonly ConcurrentDictionary<string, int> _up = new();

    public HealthMetrics(IMeterFactory meters) =>
        meters
            .Create(MeterName)
            .CreateObservableGauge(
                "health.part.up",
                () => _up.Select(part => new Measurement<int>(part.Value, new KeyValuePair<string, object?>("part", part.Key))),
                description: "1 when the health check of that name finds nothing missing, 0 otherwise"
            );

    public static void Add(IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IHealthCheckPublisher, HealthMetrics>();
        builder.Services.Configure<HealthCheckPublisherOptions>(checks => checks.Period = TimeSpan.FromSeconds(15));
    }

    public Task PublishAsync(HealthReport report, CancellationToken cancellationToken)
    {
        foreach (var (part, entry) in report.Entries)
            _up[part] = entry.Status is HealthStatus.Healthy ? 1 : 0;
        return Task.CompletedTask;
    }
}
