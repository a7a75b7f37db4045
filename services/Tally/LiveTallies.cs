using Hosting.Http;
using Hosting.Limits;
using Hosting.Origins;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Tally.Pushing.Connections;
using Tally.Pushing.SignalR;
using Tally.Pushing.Sockets;

namespace Tally;

/// <summary>What the hub's connections may cost, and who may open one.</summary>
internal static class LiveTallies
{
    public const string HubPath = "/hubs/tallies",
        StreamPath = "/api/tallies/stream";

    /// <summary>Of a message from a reader: fifty slugs of eighty characters and their quotes are about 4 KB.</summary>
    public const int MostBytes = 8 * 1024;

    public static void Configure(HubOptions hub, TallySettings settings)
    {
        hub.MaximumReceiveMessageSize = MostBytes;
        // Clients give up after 30 s of silence by default, which the setting's 20 s stay below; fewer pings are what many idle readers
        // cost least by.
        hub.KeepAliveInterval = settings.Heartbeat;
        // SignalR's clients ping every 15 s whatever the server does.
        hub.ClientTimeoutInterval = TimeSpan.FromSeconds(Math.Max(45, 2.25 * settings.Heartbeat.TotalSeconds));
        hub.MaximumParallelInvocationsPerClient = 1;
        hub.AddFilter<HubRateLimit>();
        hub.AddFilter<HubExceptionLog>();
    }

    public static void Configure(HttpConnectionDispatcherOptions connection)
    {
        // Small, so that a reader who doesn't read is found busy soon and holds little.
        connection.TransportMaxBufferSize = 16 * 1024;
        connection.ApplicationMaxBufferSize = 16 * 1024;
    }

    /// <summary>
    /// Answers negotiation and upgrade from other sites' pages with 403, and 429 where too many connections are open. Endpoint filters
    /// don't run for the hub's endpoints, so its delegates are wrapped. Negotiating holds a place in memory for a while though nobody may
    /// ever connect, so it is bounded like everything that writes.
    /// </summary>
    public static void Guard(this IEndpointConventionBuilder hub, IServiceProvider services)
    {
        var direct = DirectSockets.Before(services);
        hub.Add(endpoint =>
        {
            if (endpoint.RequestDelegate is not { } next)
                throw new InvalidOperationException("A hub endpoint without a delegate would be open to every site.");
            var admission = services.GetRequiredService<Admission>();
            RequestDelegate bounded = context => admission.HoldAsync(context, next);
            if (endpoint.Metadata.OfType<NegotiateMetadata>().Any())
                endpoint.Metadata.Add(RateLimits.Write);
            else
                bounded = direct(bounded);
            var site = services.GetRequiredService<PublicOrigin>();
            endpoint.RequestDelegate = context =>
                SameOrigin.Allows(context.Request, site)
                    ? bounded(context)
                    : Problems
                        .Of(403, "cross-site", "Live tallies are for this site's own pages; other sites can read /api/tallies/stream.")
                        .ExecuteAsync(context);
        });
    }
}
