using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Hosting.Connections;

/// <summary>
/// The server's sockets behind the <see cref="ConnectionTable"/>. Connections are counted where they are accepted: the server's own
/// MaxConcurrentConnections counts later, on the thread pool, and a flood has used up all files before that comes to it.
/// </summary>
internal sealed class GuardedTransport(SocketTransportFactory sockets, ConnectionTable table)
    : IConnectionListenerFactory,
        IConnectionListenerFactorySelector
{
    public bool CanBind(EndPoint endpoint) => sockets.CanBind(endpoint);

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new Listener(await sockets.BindAsync(endpoint, cancellationToken), table);

    private sealed class Listener(IConnectionListener listener, ConnectionTable table) : IConnectionListener
    {
        public EndPoint EndPoint => listener.EndPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (await listener.AcceptAsync(cancellationToken) is { } connection)
            {
                if (table.Admit(connection) is not null)
                    return connection;
                // Not awaited: the next one is waiting already.
                _ = connection.DisposeAsync().AsTask();
            }

            return null;
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => listener.UnbindAsync(cancellationToken);

        public ValueTask DisposeAsync() => listener.DisposeAsync();
    }
}
