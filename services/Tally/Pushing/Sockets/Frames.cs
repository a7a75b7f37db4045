using System.Buffers;
using System.Net.WebSockets;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Tally.Pushing.SignalR;

namespace Tally.Pushing.Sockets;

/// <summary>
/// The messages that come over one socket. Where a WebSocket message ends means nothing to the hub's protocol: one may hold several of its
/// messages, or a part of one.
/// </summary>
/// <param name="most">Bytes that may wait for their message's end.</param>
internal sealed class Frames(WebSocket socket, int most) : IDisposable, IInvocationBinder
{
    private static readonly Type[] Tools = [typeof(string[])];
    private byte[] _buffer = [];
    private int _length;

    /// <summary>Waits for more. No buffer is held while there is nothing: most readers say hardly a word.</summary>
    /// <returns>False when the client closed the socket.</returns>
    /// <exception cref="InvalidDataException">A message is too long.</exception>
    public async Task<bool> ReadAsync(CancellationToken cancellationToken)
    {
        if (_length == 0)
            Dispose();
        if ((await socket.ReceiveAsync(Memory<byte>.Empty, cancellationToken)).MessageType == WebSocketMessageType.Close)
            return false;
        MakeRoom();
        var received = await socket.ReceiveAsync(_buffer.AsMemory(_length), cancellationToken);
        _length += received.Count;
        return received.MessageType != WebSocketMessageType.Close;
    }

    /// <returns>Null when the request has not come whole.</returns>
    /// <exception cref="InvalidDataException">It is no handshake.</exception>
    public HandshakeRequestMessage? ParseHandshake()
    {
        try
        {
            var unread = Unread;
            if (HandshakeProtocol.TryParseRequestMessage(ref unread, out var request))
                Keep(unread);
            return request;
        }
        catch (Exception error) when (IsNonsense(error))
        {
            throw new InvalidDataException(error.Message, error);
        }
    }

    /// <summary>What has come whole.</summary>
    /// <exception cref="InvalidDataException">It is no message of the protocol.</exception>
    public List<HubMessage> Parse(IHubProtocol protocol)
    {
        try
        {
            List<HubMessage> messages = [];
            var unread = Unread;
            while (protocol.TryParseMessage(ref unread, this, out var message))
                messages.Add(message);
            Keep(unread);
            return messages;
        }
        catch (Exception error) when (IsNonsense(error))
        {
            throw new InvalidDataException(error.Message, error);
        }
    }

    private ReadOnlySequence<byte> Unread => new(_buffer, 0, _length);

    // All but this end is done with.
    private void Keep(ReadOnlySequence<byte> unread)
    {
        var length = (int)unread.Length;
        _buffer.AsSpan(_length - length, length).CopyTo(_buffer);
        _length = length;
    }

    public void Dispose()
    {
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    /// <exception cref="InvalidOperationException">The hub has no such method; the protocol makes a message of that.</exception>
    IReadOnlyList<Type> IInvocationBinder.GetParameterTypes(string methodName) =>
        HubCalls.IsWatch(methodName) || HubCalls.IsUnwatch(methodName)
            ? Tools
            : throw new InvalidOperationException($"There is no method '{methodName}'.");

    Type IInvocationBinder.GetReturnType(string invocationId) => typeof(object);

    Type IInvocationBinder.GetStreamItemType(string streamId) => typeof(object);

    // The parsers throw many kinds of exceptions (for JSON, for text that is no UTF-8, for MessagePack…) at bytes of which only the sender
    // knows what they should have been.
    private static bool IsNonsense(Exception error) => error is not (InvalidDataException or OutOfMemoryException);

    private void MakeRoom()
    {
        if (_length < _buffer.Length)
            return;
        if (_length >= most)
            throw new InvalidDataException($"A message is longer than {most} bytes.");
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(512, 2 * _length));
        _buffer.AsSpan(0, _length).CopyTo(larger);
        var length = _length;
        Dispose();
        (_buffer, _length) = (larger, length);
    }
}
