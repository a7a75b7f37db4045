using System.Net;
using System.Threading.RateLimiting;
using Hosting.Configuration;
using Hosting.Connections;
using Hosting.Http;
using Hosting.Limits;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Tally.Pushing.Connections;

/// <summary>
/// Bounds how many live connections (hub and event streams) are open at once, from one network at every width
/// (<see cref="NetworkLimits"/>) and in all, so that nobody can take every slot. The bound of a network leaves room for a campus behind one
/// address.
/// </summary>
internal sealed class Admission : IDisposable
{
    private readonly PartitionedRateLimiter<IPAddress>? _open;

    public Admission(IConfiguration configuration, ConnectionSettings connections)
    {
        var ofNetwork = configuration.Whole("RateLimits:ConnectionsPerNetwork", 1000);
        // A quarter of all connections stays for everything else: a page that can't be read has no use for live numbers.
        var inAll = Math.Min(configuration.Whole("RateLimits:Connections", 15_000), Math.Max(1, connections.Most * 3 / 4));
        if (configuration.Switch(RateLimits.Setting, standard: true))
            _open = NetworkLimits.AtOnce(ofNetwork, inAll);
    }

    /// <summary>Runs the request with a slot of its own for as long as it lasts: for a WebSocket, that is the connection's life.</summary>
    public async Task HoldAsync(HttpContext context, RequestDelegate next)
    {
        using var slot = Enter(context);
        await (slot is null ? Refuse(context).ExecuteAsync(context) : next(context));
    }

    /// <returns>A slot to be disposed of, or null when there is none.</returns>
    public Slot? Enter(HttpContext context)
    {
        if (_open is null)
            return new Slot(null);
        // A connection of a service takes a place too.
        var lease = _open.AttemptAcquire(context.Connection.RemoteIpAddress ?? IPAddress.Loopback);
        if (lease.IsAcquired)
            return new Slot(lease);
        lease.Dispose();
        return null;
    }

    public static ProblemHttpResult Refuse(HttpContext context) =>
        Problems.Retry(
            context,
            429,
            "too-many-connections",
            "Too many live connections are open; the numbers can be read at /api/tallies meanwhile.",
            30
        );

    public void Dispose() => _open?.Dispose();

    internal sealed class Slot(RateLimitLease? lease) : IDisposable
    {
        public void Dispose() => lease?.Dispose();
    }
}
