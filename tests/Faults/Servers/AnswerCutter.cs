using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Faults.Tests.Servers;

/// <summary>
/// A TCP proxy before PostgreSQL that can lose the answer to a COMMIT: the server has done it, the client is cut off and can't know.
/// </summary>
public sealed class AnswerCutter : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _server;
    private byte[]? _mark;
    private int _cuts;

    /// <param name="server">PostgreSQL's port.</param>
    public AnswerCutter(int server)
    {
        _server = server;
        _listener.Start();
        _ = Accept();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public int Cuts => Volatile.Read(ref _cuts);

    /// <summary>Cuts the connection that next carries this text in a request, once the server reports the transaction closed.</summary>
    public void CutAfterNextCommit(string text) => Volatile.Write(ref _mark, Encoding.UTF8.GetBytes(text));

    public void Dispose() => _listener.Dispose();

    private async Task Accept()
    {
        while (true)
        {
            try
            {
                _ = Serve(await _listener.AcceptTcpClientAsync());
            }
            catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task Serve(TcpClient client)
    {
        using var server = new TcpClient { NoDelay = true };
        client.NoDelay = true;
        using (client)
        {
            var session = new Session();
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _server);
                await Task.WhenAny(
                    Copy(client.GetStream(), server.GetStream(), chunk => Request(session, chunk)),
                    Copy(server.GetStream(), client.GetStream(), chunk => Answer(session, chunk))
                );
            }
            catch (SocketException)
            {
                // PostgreSQL is not there: the client learns it by the closed connection.
            }
        }
    }

    private bool Request(Session session, ReadOnlySpan<byte> chunk)
    {
        if (Volatile.Read(ref _mark) is { } mark && chunk.IndexOf(mark) >= 0)
            session.Marked = true;
        return true;
    }

    private bool Answer(Session session, ReadOnlySpan<byte> chunk)
    {
        // ReadyForQuery with status "idle": no transaction is open any more.
        if (!session.Marked || !chunk.EndsWith("Z\0\0\0\u0005I"u8))
            return true;
        if (Interlocked.Exchange(ref _mark, null) is null)
        {
            session.Marked = false;
            return true;
        }

        Interlocked.Increment(ref _cuts);
        return false;
    }

    /// <param name="pass">Sees each chunk before it goes on; false ends the copy without it.</param>
    private static async Task Copy(NetworkStream from, NetworkStream to, Pass pass)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            while (await from.ReadAsync(buffer) is > 0 and var length && pass(buffer.AsSpan(0, length)))
                await to.WriteAsync(buffer.AsMemory(0, length));
        }
        catch (Exception closed) when (closed is IOException or ObjectDisposedException)
        {
            // One side is gone; the other is closed by our caller.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private delegate bool Pass(ReadOnlySpan<byte> chunk);

    private sealed class Session
    {
        public volatile bool Marked;
    }
}
