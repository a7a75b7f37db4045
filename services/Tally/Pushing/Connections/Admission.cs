using System.Collections.Concurrent;
using Hosting.Configuration;
using Hosting.Connections;
using Hosting.Http;
using Hosting.Limits;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Tally.Pushing.Connections;

/// <summary>
/// Bounds how many live connections (hub and event streams) are open at once, from one network and in all, so that nobody can take every
/// slot. The bound of a network leaves room for a campus behind one address.
/// </summary>
internal sealed class Admission
{
    private readonly ConcurrentDictionary<RateLimits.Network, int> _open = [];
    private readonly bool _bounded;
    private readonly int _mostOfNetwork,
        _most;
    private int _all;

    public Admission(IConfiguration configuration, ConnectionSettings connections)
    {
        _bounded = configuration.Switch(RateLimits.Setting, standard: true);
        _mostOfNetwork = configuration.Whole("RateLimits:ConnectionsPerNetwork", 1000);
        // A quarter of all connections stays for everything else: a page that can't be read has no use for live numbers.
        _most = Math.Min(configuration.Whole("RateLimits:Connections", 15_000), Math.Max(1, connections.Most * 3 / 4));
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
        if (!_bounded)
            return new Slot(null, default);
        var network = RateLimits.NetworkOf(context.Connection.RemoteIpAddress);
        var slot = new Slot(this, network);
        if (Interlocked.Increment(ref _all) <= _most & _open.AddOrUpdate(network, 1, static (_, open) => open + 1) <= _mostOfNetwork)
            return slot;
        slot.Dispose();
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

    private void Leave(RateLimits.Network network)
    {
        Interlocked.Decrement(ref _all);
        // Networks nobody is connected from any more are not kept.
        if (_open.AddOrUpdate(network, 0, static (_, open) => open - 1) <= 0)
            _open.TryRemove(KeyValuePair.Create(network, 0));
    }

    internal sealed class Slot(Admission? admission, RateLimits.Network network) : IDisposable
    {
        public void Dispose() => admission?.Leave(network);
    }
}
