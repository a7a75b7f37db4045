using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Context.Propagation;
using OpenTelemetry.Instrumentation.AspNetCore;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Hosting.Observability;

/// <summary>Metrics at <c>/metrics</c> always; traces and metrics over OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set.</summary>
internal static class Telemetry
{
    /// <summary>The meter of what every process measures alike.</summary>
    public const string Own = "Hosting";

    // Those of the services are added by themselves.
    private static readonly string[] Sources = ["MassTransit", Own];

    // A route has a series for each of these, for each of its methods and statuses. Version and scheme of the protocol would double them.
    private static readonly ExplicitBucketHistogramConfiguration Requests = new()
    {
        Boundaries = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 10],
        TagKeys = ["http.request.method", "http.route", "http.response.status_code"],
    };

    /// <param name="builder">The process's.</param>
    /// <param name="service">Its name.</param>
    /// <param name="isPublic">Strangers reach it: what their requests say of traces counts for nothing.</param>
    public static void AddTelemetry(this IHostApplicationBuilder builder, string service, bool isPublic)
    {
        if (isPublic)
            builder.Services.AddSingleton<DistributedContextPropagator>(new EdgePropagator(DistributedContextPropagator.Current));
        // The framework reads and writes these headers itself; the default here, which adds baggage, would read them once more, strangers'
        // too.
        Sdk.SetDefaultTextMapPropagator(new TraceContextPropagator());
        var otlp = !string.IsNullOrEmpty(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        var telemetry = builder
            .Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(service))
            .WithMetrics(metrics =>
            {
                metrics
                    .AddMeter(Sources)
                    .AddMeter(HealthMetrics.MeterName)
                    .AddMeter(
                        "Microsoft.AspNetCore.Hosting",
                        "Microsoft.AspNetCore.Server.Kestrel",
                        "Microsoft.AspNetCore.Http.Connections",
                        "Npgsql"
                    )
                    .AddView("http.server.request.duration", Requests)
                    // Nobody looks at these, and each is dozens of series.
                    .AddView("kestrel.connection.duration", MetricStreamConfiguration.Drop)
                    .AddView("messaging.masstransit.*.duration", MetricStreamConfiguration.Drop)
                    .AddRuntimeInstrumentation()
                    .AddPrometheusExporter(prometheus => prometheus.ScrapeResponseCacheDurationMilliseconds = 1000);
                if (otlp)
                    metrics.AddOtlpExporter();
            });
        builder
            .Services.AddOptions<AspNetCoreTraceInstrumentationOptions>()
            .Configure<IOptions<TracedRequests>>((tracing, requests) => tracing.Filter = requests.Value.Include);
        if (otlp)
            telemetry.WithTracing(traces =>
                traces
                    .AddSource(Sources)
                    .AddSource("Npgsql")
                    .SetSampler(Sampling.From(builder.Configuration, isPublic))
                    .AddAspNetCoreInstrumentation()
                    .AddHttpClientInstrumentation()
                    // Processors run in this order: the exporter sees what the first one left.
                    .AddProcessor(new LogRedaction.WithoutReaders())
                    .AddOtlpExporter()
            );
    }
}
