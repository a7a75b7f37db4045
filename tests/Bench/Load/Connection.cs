using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;

namespace Bench.Load;

/// <summary>
/// One keep-alive connection that sends prepared requests and reads whole answers, one at a time. A raw socket: what a general HTTP client
/// costs would be taken from the two cores that the server needs as well.
/// </summary>
/// <param name="port">Of this machine.</param>
/// <param name="most">Bytes of an answer at most.</param>
/// <param name="from">An address of this machine to come from, of the many in 127.0.0.0/8.</param>
internal sealed class Connection(int port, int most = 256 * 1024, IPAddress? from = null) : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[most];

    public Task OpenAsync()
    {
        if (from is not null)
            _socket.Bind(new IPEndPoint(from, 0));
        return _socket.ConnectAsync(IPAddress.Loopback, port);
    }

    /// <summary>The answer that was read last.</summary>
    public ReadOnlySpan<byte> Answer => _buffer.AsSpan(0, _length);

    private int _length;

    /// <returns>The answer's status.</returns>
    public async ValueTask<int> AskAsync(ReadOnlyMemory<byte> request)
    {
        await _socket.SendAsync(request);
        _length = 0;
        while (true)
        {
            var read = await _socket.ReceiveAsync(_buffer.AsMemory(_length));
            if (read == 0)
                throw new IOException("The server hung up.");
            _length += read;
            if (Whole(_buffer.AsSpan(0, _length)))
                return (_buffer[9] - '0') * 100 + (_buffer[10] - '0') * 10 + (_buffer[11] - '0');
        }
    }

    public void Dispose() => _socket.Dispose();

    private static bool Whole(ReadOnlySpan<byte> answer)
    {
        var end = answer.IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return false;
        var headers = answer[..end];
        var at = headers.IndexOf("Content-Length: "u8);
        if (at >= 0 && Utf8Parser.TryParse(headers[(at + 16)..], out int length, out _))
            return answer.Length >= end + 4 + length;
        return headers.IndexOf("chunked"u8) >= 0 ? answer.EndsWith("\r\n0\r\n\r\n"u8) : true;
    }
}
