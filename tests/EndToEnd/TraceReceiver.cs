using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EndToEnd.Tests;

/// <summary>Takes what the site exports over OTLP, as a collector would, and keeps it as it came.</summary>
public sealed class TraceReceiver : IAsyncDisposable
{
    private readonly StringBuilder _spans = new();
    private readonly WebApplication _app;

    private TraceReceiver(WebApplication app) => _app = app;

    public static async Task<TraceReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls=http://127.0.0.1:0", "--hostBuilder:reloadConfigOnChange=false"]);
        builder.Logging.ClearProviders();
        var receiver = new TraceReceiver(builder.Build());
        receiver._app.MapPost(
            "/v1/{what}",
            async (string what, HttpRequest request) =>
            {
                using var body = new MemoryStream();
                await request.Body.CopyToAsync(body);
                lock (receiver._spans)
                    receiver._spans.Append(Encoding.Latin1.GetString(body.ToArray()));
            }
        );
        await receiver._app.StartAsync();
        return receiver;
    }

    public string[] Settings =>
        [
            $"--OTEL_EXPORTER_OTLP_ENDPOINT={_app.Urls.First()}",
            "--OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
            "--OTEL_BSP_SCHEDULE_DELAY=200",
            "--OTEL_METRIC_EXPORT_INTERVAL=1000",
        ];

    /// <summary>Spans and metrics, byte for character.</summary>
    public string Received
    {
        get
        {
            lock (_spans)
                return _spans.ToString();
        }
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
