using System.Buffers;
using System.Collections.Concurrent;
using System.Net.WebSockets;
using Hosting.Configuration;
using Hosting.Limits;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Tally.Pushing.Connections;
using Tally.Pushing.SignalR;

namespace Tally.Pushing.Sockets;

/// <summary>
/// The hub for readers who come straight by WebSocket without negotiating first, as this site's own pages do: the same protocol by
/// SignalR's own library, on the socket itself. SignalR's connection was rejected for them: it keeps two more pipes and some thirty objects
/// for each reader, which at tens of thousands of readers was a third of the memory (tests/Bench/findings/live-readers.md). Clients that
/// negotiate get SignalR's own connection, with its other transports.
/// </summary>
internal sealed partial class HubSockets
{
    private static readonly TimeSpan ForHandshake = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ForGoodbye = TimeSpan.FromSeconds(2);

    // Nothing of a socket waits on a timer of its own: one timer beats for all.
    private static readonly WebSocketAcceptContext Accept = new() { KeepAliveInterval = Timeout.InfiniteTimeSpan };

    private readonly ConcurrentDictionary<SocketReader, TaskCompletionSource> _open = new();
    private readonly HubCalls _calls;
    private readonly Pushes _pushes;
    private readonly KeepAlive _beats;
    private readonly IHubProtocolResolver _protocols;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger<HubSockets> _logger;
    private readonly bool _bounded;

    public HubSockets(
        HubCalls calls,
        Pushes pushes,
        KeepAlive beats,
        IHubProtocolResolver protocols,
        IConfiguration configuration,
        IHostApplicationLifetime lifetime,
        TimeProvider timeProvider,
        ILogger<HubSockets> logger
    )
    {
        (_calls, _pushes, _beats, _protocols, _timeProvider, _logger) = (calls, pushes, beats, protocols, timeProvider, logger);
        _bounded = configuration.Switch(RateLimits.Setting, standard: true);
        // Made when the routes are, so before Drain registers, and hence told after it: by now every reader has been asked to reconnect.
        lifetime.ApplicationStopping.Register(End);
    }

    /// <summary>Accepts the upgrade, and serves the reader for as long as it stays.</summary>
    public async Task ServeAsync(HttpContext context, Admission.Slot slot)
    {
        using var held = slot;
        using var socket = await context.WebSockets.AcceptWebSocketAsync(Accept);
        using var frames = new Frames(socket, LiveTallies.MostBytes);
        try
        {
            if (await ShakeHandsAsync(socket, frames) is { } protocol)
                await ServeAsync(socket, frames, protocol, context.Abort);
            await HangUpAsync(socket);
        }
        catch (Exception gone) when (IsGone(gone))
        {
            // The reader went away, or was sent away; nothing is owed to it.
        }
    }

    private async Task<IHubProtocol?> ShakeHandsAsync(WebSocket socket, Frames frames)
    {
        using var patience = new CancellationTokenSource(ForHandshake, _timeProvider);
        HandshakeRequestMessage? request = null;
        try
        {
            while (request is null)
            {
                if (!await frames.ReadAsync(patience.Token))
                    return null;
                request = frames.ParseHandshake();
            }
        }
        catch (InvalidDataException nonsense)
        {
            LogNonsense(nonsense.Message);
            await AnswerHandshakeAsync(
                socket,
                new HandshakeResponseMessage("An unexpected error occurred during connection handshake."),
                patience.Token
            );
            return null;
        }

        var protocol = _protocols.GetProtocol(request.Protocol, null);
        var sound = protocol?.IsVersionSupported(request.Version) == true;
        await AnswerHandshakeAsync(
            socket,
            sound
                ? HandshakeResponseMessage.Empty
                : new HandshakeResponseMessage($"The protocol '{request.Protocol}' in version {request.Version} is not spoken here."),
            patience.Token
        );
        return sound ? protocol : null;
    }

    private static async Task AnswerHandshakeAsync(WebSocket socket, HandshakeResponseMessage response, CancellationToken cancellationToken)
    {
        var answer = new ArrayBufferWriter<byte>();
        HandshakeProtocol.WriteResponseMessage(response, answer);
        await socket.SendAsync(answer.WrittenMemory, WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
    }

    private async Task ServeAsync(WebSocket socket, Frames frames, IHubProtocol protocol, Action abort)
    {
        var reader = new SocketReader(socket, protocol, abort, _pushes);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _open.TryAdd(reader, ended);
        var slot = _beats.Add(reader);
        _pushes.Add(reader);
        _pushes.Metrics.Connected(1);
        try
        {
            // A reader who arrives when the others have been told already.
            if (_pushes.IsDraining)
            {
                await reader.GoodbyeAsync();
                return;
            }

            CallRateLimit? budget = null;
            do
            {
                reader.Heard();
                foreach (var message in frames.Parse(protocol))
                {
                    if (message is CloseMessage)
                        return;
                    if (message is not (InvocationMessage or StreamInvocationMessage or InvocationBindingFailureMessage))
                        continue;
                    if (_bounded && !(budget ??= new CallRateLimit(_timeProvider)).Takes())
                        return;
                    await AnswerAsync(reader, message);
                }
            } while (await frames.ReadAsync(CancellationToken.None));
        }
        catch (InvalidDataException nonsense)
        {
            LogNonsense(nonsense.Message);
            // In SignalR's words.
            await reader.AnswerAsync(new CloseMessage("Connection closed with an error."));
        }
        finally
        {
            _beats.Remove(reader, slot);
            _pushes.Remove(reader);
            _pushes.Metrics.Connected(-1);
            // Not awaited: a write to a connection that is gone may take as long as it likes.
            _ = reader.CloseAsync();
            _open.TryRemove(reader, out _);
            ended.SetResult();
        }
    }

    private async Task AnswerAsync(SocketReader reader, HubMessage message)
    {
        var answer = await InvokeAsync(reader, message);
        if (answer.InvocationId is not null)
            await reader.AnswerAsync(answer);
        // Pushes of what Watch has prepared begin here, behind the snapshot.
        reader.Activate();
    }

    private async Task<CompletionMessage> InvokeAsync(SocketReader reader, HubMessage message)
    {
        var invocation = (message as HubInvocationMessage)?.InvocationId!;
        try
        {
            switch (message)
            {
                case InvocationMessage { Arguments: [var tools] } watch when HubCalls.IsWatch(watch.Target):
                    return CompletionMessage.WithResult(
                        invocation,
                        await _calls.WatchAsync(reader, (string[]?)tools, CancellationToken.None)
                    );
                case InvocationMessage { Arguments: [var tools] } unwatch when HubCalls.IsUnwatch(unwatch.Target):
                    HubCalls.Unwatch(reader, (string[]?)tools);
                    return CompletionMessage.Empty(invocation);
                case InvocationBindingFailureMessage unbound:
                    return CompletionMessage.WithError(
                        unbound.InvocationId!,
                        $"Failed to invoke '{unbound.Target}': there is no such method with such arguments."
                    );
                default:
                    return CompletionMessage.WithError(invocation, "This hub streams nothing; invoke Watch or Unwatch.");
            }
        }
        catch (HubException refusal)
        {
            // The form in which SignalR tells it.
            return CompletionMessage.WithError(
                invocation,
                $"An unexpected error occurred invoking '{((InvocationMessage)message).Target}' on the server. HubException: "
                    + $"{refusal.Message}"
            );
        }
    }

    private async Task HangUpAsync(WebSocket socket)
    {
        using var patience = new CancellationTokenSource(ForGoodbye, _timeProvider);
        try
        {
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, patience.Token);
        }
        catch (Exception gone) when (IsGone(gone))
        {
            // It disconnected first.
        }
    }

    private static bool IsGone(Exception error) =>
        error
            is WebSocketException
                or OperationCanceledException
                or IOException
                or ObjectDisposedException
                or ConnectionResetException
                or ConnectionAbortedException;

    private void End()
    {
        Task.WaitAll([.. _open.Values.Select(ended => ended.Task)], ForGoodbye);
        foreach (var (reader, _) in _open)
            reader.Cut();
    }

    [LoggerMessage(4051, LogLevel.Debug, "A reader sent an invalid hub message: {Problem}")]
    private partial void LogNonsense(string problem);
}
