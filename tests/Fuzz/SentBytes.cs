using System.Buffers;
using System.Net.WebSockets;

namespace Fuzz;

/// <summary>A socket on which a client sends these bytes, in frames of many lengths, and then closes.</summary>
internal sealed class SentBytes(byte[] all) : WebSocket
{
    private int _at;

    public override WebSocketCloseStatus? CloseStatus => null;
    public override string? CloseStatusDescription => null;
    public override WebSocketState State => WebSocketState.Open;
    public override string? SubProtocol => null;

    public override ValueTask<ValueWebSocketReceiveResult> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_at >= all.Length)
            return ValueTask.FromResult(new ValueWebSocketReceiveResult(0, WebSocketMessageType.Close, true));
        var count = Math.Min(buffer.Length, Math.Min(all.Length - _at, 1 + all[_at] % 61));
        all.AsSpan(_at, count).CopyTo(buffer.Span);
        _at += count;
        return ValueTask.FromResult(new ValueWebSocketReceiveResult(count, WebSocketMessageType.Binary, true));
    }

    public override Task<WebSocketReceiveResult> ReceiveAsync(ArraySegment<byte> buffer, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public override Task SendAsync(
        ArraySegment<byte> buffer,
        WebSocketMessageType messageType,
        bool endOfMessage,
        CancellationToken cancellationToken
    ) => Task.CompletedTask;

    public override Task CloseAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) =>
        Task.CompletedTask;

    public override Task CloseOutputAsync(
        WebSocketCloseStatus closeStatus,
        string? statusDescription,
        CancellationToken cancellationToken
    ) => Task.CompletedTask;

    public override void Abort()
    {
        // Nothing is open.
    }

    public override void Dispose()
    {
        // Nothing is open.
    }
}

/// <summary>Bytes as a server's buffers may hold them: cut anywhere.</summary>
internal sealed class Pieces : ReadOnlySequenceSegment<byte>
{
    private Pieces(ReadOnlyMemory<byte> memory, long index) => (Memory, RunningIndex) = (memory, index);

    public static ReadOnlySequence<byte> Of(byte[] all, int length)
    {
        var first = new Pieces(all.AsMemory(0, Math.Min(length, all.Length)), 0);
        var last = first;
        for (var at = length; at < all.Length; at += length)
        {
            var next = new Pieces(all.AsMemory(at, Math.Min(length, all.Length - at)), at);
            last.Next = next;
            last = next;
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }
}
