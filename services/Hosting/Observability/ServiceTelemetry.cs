using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Hosting.Observability;

/// <summary>What a service says of itself to its process's telemetry.</summary>
public static class ServiceTelemetry
{
    /// <summary>Exports a service's own meter and activity source, which bear its name.</summary>
    public static void AddTelemetryOf(this IHostApplicationBuilder builder, string service) =>
        builder
            .Services.ConfigureOpenTelemetryMeterProvider(metrics => metrics.AddMeter(service))
            .ConfigureOpenTelemetryTracerProvider(traces => traces.AddSource(service));

    /// <summary>Leaves requests out of traces whose connections stay open for hours: what is pushed on them has spans of its own.</summary>
    /// <param name="paths">Each with all that is below it.</param>
    public static void LeaveUntraced(this IHostApplicationBuilder builder, params string[] paths) =>
        builder.Services.Configure<TracedRequests>(requests => requests.Untraced.AddRange(paths));
}

/// <summary>Which requests begin a span.</summary>
internal sealed class TracedRequests
{
    /// <summary>Paths that don't, nor what is below them. Probes and scrapes say nothing.</summary>
    public List<string> Untraced { get; } = ["/health", "/metrics"];

    public bool Include(HttpContext context) =>
        !Untraced.Exists(path => context.Request.Path.StartsWithSegments(path, StringComparison.OrdinalIgnoreCase));
}
