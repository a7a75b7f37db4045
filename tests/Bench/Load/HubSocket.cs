using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Bench.Load;

/// <summary>
/// A reader's live connection at its cheapest: a raw WebSocket (or event stream) that speaks as much of SignalR's JSON protocol as it takes
/// to watch a tool, and remembers the newest version it was told. Twenty thousand of the real client would not fit beside the server they
/// measure.
/// </summary>
internal sealed class HubSocket : IDisposable
{
    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[1024];
    private int _length;

    private HubSocket(Socket socket) => _socket = socket;

    /// <summary>The newest version heard of the one tool watched.</summary>
    public long Version { get; private set; }

    /// <summary>Bytes that came so far.</summary>
    public long Received { get; private set; }

    /// <param name="negotiate">Whether to negotiate first, as SignalR's clients do unless told otherwise; this site's own pages
    /// don't.</param>
    public static async Task<HubSocket> OpenAsync(string host, int port, string? from, bool negotiate = false)
    {
        var reader = new HubSocket(await ConnectAsync(host, port, from));
        var name = "";
        if (negotiate)
        {
            await reader.SendAsync(
                "POST /hubs/tallies/negotiate?negotiateVersion=1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"
            );
            await reader.ReadUntilAsync("availableTransports"u8.ToArray(), keep: true);
            name = "?id=" + reader.Text().Split("\"connectionToken\":\"")[1].Split('"')[0];
            reader._socket.Dispose();
            reader = new HubSocket(await ConnectAsync(host, port, from));
        }

        await reader.SendAsync(
            $"GET /hubs/tallies{name} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        );
        await reader.ReadUntilAsync("\r\n\r\n"u8.ToArray());
        await reader.SendFrameAsync("{\"protocol\":\"json\",\"version\":1}\u001e");
        await reader.ReadUntilAsync("{}\u001e"u8.ToArray());
        return reader;
    }

    public static async Task<HubSocket> StreamAsync(string host, int port, string? from, string tool, string? beside = null)
    {
        var reader = new HubSocket(await ConnectAsync(host, port, from));
        await reader.SendAsync(
            $"GET /api/tallies/stream?{(beside is null ? "" : $"tool={beside}&")}tool={tool} HTTP/1.1\r\nHost: localhost\r\n\r\n"
        );
        await reader.NextAsync(-1);
        return reader;
    }

    /// <summary>
    /// Watches the tool and takes the snapshot. Another one may be watched beside it, as a comparison's page does; its version is not told
    /// apart, so nobody should vote on it.
    /// </summary>
    public async Task WatchAsync(string tool, string? beside = null)
    {
        var tools = beside is null ? $"\"{tool}\"" : $"\"{beside}\",\"{tool}\"";
        await SendFrameAsync($$"""{"type":1,"invocationId":"1","target":"Watch","arguments":[[{{tools}}]]}""" + "\u001e");
        await NextAsync(-1);
    }

    /// <summary>What a real client of the hub sends now and then to say that it is there.</summary>
    public Task PingAsync() => SendFrameAsync("{\"type\":6}\u001e");

    /// <summary>Waits until a version above that one was told.</summary>
    public async ValueTask NextAsync(long above)
    {
        while (true)
        {
            if (Take() && Version > above)
                return;
            await ReceiveAsync();
        }
    }

    public void Dispose() => _socket.Dispose();

    // "version":123 in whatever arrived; frames and events end behind it, so what is left over belongs to the next.
    private bool Take()
    {
        var found = false;
        var data = _buffer.AsSpan(0, _length);
        while (
            data.IndexOf("\"version\":"u8) is >= 0 and var at
            && Utf8Parser.TryParse(data[(at + 10)..], out long version, out var digits)
            && at + 10 + digits < data.Length
        )
        {
            Version = version;
            found = true;
            data = data[(at + 10 + digits)..];
        }

        // At most a started "version":NNN has to be kept.
        var keep = Math.Min(data.Length, 40);
        data[^keep..].CopyTo(_buffer);
        _length = keep;
        return found;
    }

    private async ValueTask ReceiveAsync()
    {
        if (_length == _buffer.Length)
            throw new InvalidDataException("No version in a full buffer.");
        var read = await _socket.ReceiveAsync(_buffer.AsMemory(_length));
        if (read == 0)
            throw new IOException("The server hung up.");
        _length += read;
        Received += read;
    }

    private async Task ReadUntilAsync(byte[] mark, bool keep = false)
    {
        while (_buffer.AsSpan(0, _length).IndexOf(mark) < 0)
            await ReceiveAsync();
        if (!keep)
            _length = 0;
    }

    private string Text() => Encoding.ASCII.GetString(_buffer, 0, _length);

    private static async Task<Socket> ConnectAsync(string host, int port, string? from)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (from is not null)
            socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        await socket.ConnectAsync(IPAddress.Parse(host), port);
        return socket;
    }

    private async Task SendAsync(string text) => await _socket.SendAsync(Encoding.ASCII.GetBytes(text));

    private async Task SendFrameAsync(string text)
    {
        var payload = Encoding.UTF8.GetBytes(text);
        // A client's frames are masked; with a mask of zeros the bytes stay as they are.
        byte[] head =
            payload.Length < 126
                ? [0x81, (byte)(0x80 | payload.Length), 0, 0, 0, 0]
                : [0x81, 0x80 | 126, (byte)(payload.Length >> 8), (byte)payload.Length, 0, 0, 0, 0];
        await _socket.SendAsync((byte[])[.. head, .. payload]);
    }
}
