using System.Net;
using Microsoft.Extensions.Logging;

namespace Hosting.Proxies;

/// <summary>
/// Says once what a setting for proxies lacks. Nothing fails without it: everyone behind the proxy merely counts as one reader, in every
/// limit and quota.
/// </summary>
internal sealed partial class ProxyHints(ILogger<ProxyHints> logger)
{
    private int _saidUnknown,
        _saidMore;

    /// <param name="peer">Not logged: anyone can send the header, so it may be a reader's.</param>
    public void UnknownPeer(IPAddress? peer)
    {
        if (Volatile.Read(ref _saidUnknown) != 0 || Interlocked.Exchange(ref _saidUnknown, 1) != 0)
            return;
        LogUnknownPeer(
            peer is null || IPAddress.IsLoopback(peer) ? "this machine"
            : PrivateNetworks.Contain(PrivateNetworks.All, peer) ? "a private network"
            : "the internet"
        );
    }

    public void MoreHops()
    {
        if (Volatile.Read(ref _saidMore) == 0 && Interlocked.Exchange(ref _saidMore, 1) == 0)
            LogMoreHops();
    }

    [LoggerMessage(
        1030,
        LogLevel.Warning,
        "Ignored a forwarding header from {Origin}, which is in no known proxy's network. If that is your proxy, all its readers share one"
            + " address in limits and quotas; set Proxies__KnownNetworks__0 to its network"
    )]
    private partial void LogUnknownPeer(string origin);

    [LoggerMessage(
        1031,
        LogLevel.Warning,
        "A forwarded address belongs to a known proxy, and more addresses precede it: all readers of that proxy share one address "
            + "in limits and quotas. If several of your proxies stand"
            + " in a row, set Proxies__Hops to how many"
    )]
    private partial void LogMoreHops();
}
