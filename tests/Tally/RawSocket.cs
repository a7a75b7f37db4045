using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Shouldly;

namespace Tally.Tests;

/// <summary>The hub's JSON protocol by hand: sees every frame in the order the server wrote them, and reads only when told to.</summary>
public sealed class RawSocket : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly List<string> _buffered = [];
    private readonly StringBuilder _partial = new();
    private HttpMessageInvoker? _invoker;

    public static async Task<RawSocket> ConnectAsync(TallyProcess tally, int receiveBuffer = 64 * 1024, bool negotiate = false)
    {
        var raw = await OpenAsync(tally, receiveBuffer, negotiate);
        await raw.SendAsync("""{"protocol":"json","version":1}""");
        (await raw.ReceiveAsync()).ShouldBe("{}");
        return raw;
    }

    /// <summary>A socket on which not even the hands are shaken.</summary>
    public static async Task<RawSocket> OpenAsync(TallyProcess tally, int receiveBuffer = 64 * 1024, bool negotiate = false)
    {
        var raw = new RawSocket
        {
            _invoker = new HttpMessageInvoker(
                new SocketsHttpHandler
                {
                    ConnectCallback = async (context, cancellation) =>
                    {
                        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveBufferSize = receiveBuffer };
                        await socket.ConnectAsync(context.DnsEndPoint, cancellation);
                        return new NetworkStream(socket, ownsSocket: true);
                    },
                }
            ),
        };
        var name = "";
        if (negotiate)
        {
            using var answer = await tally.Http.PostAsync(new Uri("/hubs/tallies/negotiate?negotiateVersion=1", UriKind.Relative), null);
            name =
                "?id="
                + JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("connectionToken").GetString();
        }

        await raw._socket.ConnectAsync(
            new Uri(tally.Address.Replace("http:", "ws:", StringComparison.Ordinal) + "/hubs/tallies" + name),
            raw._invoker,
            default
        );
        return raw;
    }

    public Task WatchAsync(int invocation, params string[] tools) =>
        SendAsync(
            JsonSerializer.Serialize(
                new
                {
                    type = 1,
                    invocationId = invocation.ToString(),
                    target = "Watch",
                    arguments = new object[] { tools },
                }
            )
        );

    /// <summary>The next message that is no ping.</summary>
    public async Task<JsonElement> NextAsync()
    {
        while (true)
        {
            var message = JsonDocument.Parse(await ReceiveAsync()).RootElement;
            if (!message.TryGetProperty("type", out var type) || type.GetInt32() != 6)
                return message;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        _socket.Dispose();
        _invoker?.Dispose();
        await Task.CompletedTask;
    }

    public Task SendAsync(string message) => SendBytesAsync(message + '\u001e');

    /// <summary>Sends a WebSocket message that need not be a message of the hub.</summary>
    public Task SendBytesAsync(string text) => _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, default);

    public Task SendBytesAsync(byte[] bytes, WebSocketMessageType type) => _socket.SendAsync(bytes, type, true, default);

    /// <summary>Reads on until the server closes the socket, and says how it did.</summary>
    public async Task<(WebSocketCloseStatus? Status, string Said)> EndAsync()
    {
        var bytes = new byte[4096];
        var rest = new StringBuilder();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var received = await _socket.ReceiveAsync(bytes, patience.Token);
            if (received.MessageType == WebSocketMessageType.Close)
                return (_socket.CloseStatus, rest.ToString());
            rest.Append(Encoding.UTF8.GetString(bytes, 0, received.Count));
        }
    }

    /// <summary>The next message, whatever it is.</summary>
    public async Task<string> ReceiveAsync()
    {
        var bytes = new byte[4096];
        while (_buffered.Count == 0)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            var received = await _socket.ReceiveAsync(bytes, patience.Token);
            if (received.MessageType == WebSocketMessageType.Close)
                throw new WebSocketException("closed by the server");
            foreach (var c in Encoding.UTF8.GetString(bytes, 0, received.Count))
                if (c == '\u001e')
                {
                    _buffered.Add(_partial.ToString());
                    _partial.Clear();
                }
                else
                    _partial.Append(c);
        }

        var first = _buffered[0];
        _buffered.RemoveAt(0);
        return first;
    }
}
