using System.Net;
using Hosting.Proxies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace Hosting.Observability;

/// <summary>
/// <c>/metrics</c>, for Prometheus beside the process and not for the public: answered to this machine and private networks
/// (<c>Metrics:Networks</c>), when no proxy passed the request on. Everyone else gets the 404 of a path that isn't there. A port of its
/// own was rejected: every scrape configuration, probe and network policy would have to know it.
/// </summary>
internal static class MetricsRoute
{
    // X-Original-For stands in for the first one where that was believed.
    private static readonly string[] Forwarding =
    [
        "X-Forwarded-For",
        "X-Original-For",
        "X-Forwarded-Proto",
        "X-Forwarded-Host",
        "X-Real-IP",
        "Forwarded",
        "Via",
    ];

    public static void MapMetrics(this WebApplication app)
    {
        var networks = Networks(app.Configuration);
        app.MapPrometheusScrapingEndpoint("/metrics")
            .Add(endpoint =>
            {
                var scrape = endpoint.RequestDelegate!;
                endpoint.RequestDelegate = context =>
                {
                    if (MayScrape(context, networks))
                        return scrape(context);
                    context.Response.StatusCode = StatusCodes.Status404NotFound;
                    return Task.CompletedTask;
                };
            });
    }

    private static bool MayScrape(HttpContext context, IReadOnlyList<System.Net.IPNetwork> networks) =>
        !Array.Exists(Forwarding, context.Request.Headers.ContainsKey)
        && context.Connection.RemoteIpAddress is var address
        && (address is null || IPAddress.IsLoopback(address) || PrivateNetworks.Contain(networks, address));

    private static IReadOnlyList<System.Net.IPNetwork> Networks(IConfiguration configuration)
    {
        var section = configuration.GetSection("Metrics:Networks");
        return section.GetChildren().Any() ? [.. PrivateNetworks.In(section)] : PrivateNetworks.All;
    }
}
