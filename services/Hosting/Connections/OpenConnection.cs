using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Hosting.Connections;

/// <summary>
/// One accepted connection. It is found among the features of its requests: <c>context.Features.Get&lt;OpenConnection&gt;()</c>.
/// </summary>
public sealed class OpenConnection
{
    private readonly ConnectionTable _table;
    private long _since;
    private int _requests;
    private int _spoke;

    internal OpenConnection(ConnectionTable table, ConnectionContext connection, IPAddress? address, bool isTrusted, long since)
    {
        (_table, Connection, Address, IsTrusted, _since) = (table, connection, address, isTrusted, since);
    }

    internal ConnectionContext Connection { get; }

    /// <summary>Null where there are no addresses, as on a Unix socket.</summary>
    internal IPAddress? Address { get; }

    /// <summary>From this machine or a known proxy: no cap of a network holds for it, and it is dropped last.</summary>
    internal bool IsTrusted { get; }

    internal bool IsIdle => Volatile.Read(ref _requests) == 0;

    internal bool IsSilent => Volatile.Read(ref _spoke) == 0;

    /// <summary>When it was accepted, or its last request ended.</summary>
    internal long Since => Volatile.Read(ref _since);

    /// <summary>
    /// Until <see cref="RequestEnded"/> it is not dropped for others. A live connection that outlasts its request's handler says so too.
    /// </summary>
    public void RequestBegan()
    {
        Interlocked.Increment(ref _requests);
        if (IsSilent)
            Speak();
    }

    public void RequestEnded()
    {
        Volatile.Write(ref _since, _table.Now);
        Interlocked.Decrement(ref _requests);
    }

    /// <summary>
    /// The client has hung up, though the server may not have read so far yet: then the request is not aborted yet either. Costs two or
    /// four system calls.
    /// </summary>
    public bool HasHungUp() =>
        // Twice, since the server may read between the two looks what had arrived for it.
        Connection.Features.Get<IConnectionSocketFeature>()?.Socket is { } socket && IsAtEnd(socket) && IsAtEnd(socket);

    /// <summary>Aborts its request.</summary>
    public void Abort() => Connection.Abort(new ConnectionAbortedException("The client has hung up."));

    private static bool IsAtEnd(Socket socket)
    {
        try
        {
            return socket.Poll(0, SelectMode.SelectRead) && socket.Available == 0;
        }
        catch (Exception closed) when (closed is ObjectDisposedException or SocketException)
        {
            return true;
        }
    }

    /// <returns>True for the one call that ends its silence.</returns>
    internal bool EndSilence() => Interlocked.Exchange(ref _spoke, 1) == 0;

    internal void Forget() => _table.Forget(this);

    private void Speak()
    {
        if (EndSilence())
            _table.Spoke(this);
    }
}
