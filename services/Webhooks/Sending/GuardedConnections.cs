using System.Net;
using System.Net.Sockets;

namespace Webhooks.Sending;

/// <summary>Resolves a host name, like <see cref="Dns.GetHostAddressesAsync(string, CancellationToken)"/>.</summary>
public delegate Task<IPAddress[]> ResolveName(string name, CancellationToken cancellationToken);

/// <summary>The name leads to no address that may be delivered to.</summary>
internal sealed class AddressRefusedException() : Exception("The address is not public.");

/// <summary>
/// Connects to exactly the addresses that were checked: a name resolved once more, by the client or by a proxy, may lead elsewhere the
/// second time. So there is no proxy, no redirect, and no state between two deliveries.
/// </summary>
internal sealed class GuardedConnections(AddressGuard guard, ResolveName resolve)
{
    private const int Kilobyte = 1024;

    public SocketsHttpHandler NewHandler() =>
        new()
        {
            ConnectCallback = ConnectAsync,
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            // An answer's headers are bounded, and little of its body is read: it says nothing we need.
            MaxResponseHeadersLength = 16,
            MaxResponseDrainSize = 16 * Kilobyte,
            ResponseDrainTimeout = TimeSpan.FromSeconds(1),
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            // Our traces are nobody else's.
            ActivityHeadersPropagator = null,
        };

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var host = context.DnsEndPoint.Host;
        var found = IPAddress.TryParse(host, out var literal) ? [literal] : await resolve(host, cancellationToken);
        var allowed = Array.FindAll(found, guard.Allows);
        if (allowed.Length == 0)
            throw new AddressRefusedException();
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
