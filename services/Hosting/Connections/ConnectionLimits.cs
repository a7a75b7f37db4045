using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Hosting.Connections;

/// <summary>Bounds how many connections the process holds, of everyone together and of each network.</summary>
internal static class ConnectionLimits
{
    /// <summary>After the service's own parts: the transport registered last is the one that the server uses.</summary>
    public static void AddConnectionLimits(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(services =>
            ConnectionSettings.From(
                services.GetRequiredService<IConfiguration>(),
                services.GetRequiredService<IOptions<ConnectionOptions>>().Value,
                FileLimit.Free(),
                GC.GetGCMemoryInfo().TotalAvailableMemoryBytes
            )
        );
        builder.Services.AddSingleton<ConnectionMetrics>();
        builder.Services.AddSingleton(services =>
            ActivatorUtilities.CreateInstance<ConnectionTable>(
                services,
                (IReadOnlyList<System.Net.IPNetwork>)
                    [.. services.GetRequiredService<IOptions<ForwardedHeadersOptions>>().Value.KnownIPNetworks]
            )
        );
        builder.Services.AddSingleton<SocketTransportFactory>();
        builder.Services.AddSingleton<IConnectionListenerFactory, GuardedTransport>();
    }

    public static void UseConnectionLimits(this WebApplication app)
    {
        // Read now, so that a malformed setting stops the start and not the first reader.
        app.Services.GetRequiredService<ConnectionSettings>();
        app.Use(
            async (context, next) =>
            {
                var connection = context.Features.Get<OpenConnection>();
                connection?.RequestBegan();
                try
                {
                    await next(context);
                }
                finally
                {
                    connection?.RequestEnded();
                }
            }
        );
    }
}
