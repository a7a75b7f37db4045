using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Tally.State;

namespace Tally.Pushing.Sockets;

/// <summary>A reader of the hub on a WebSocket of its own, without SignalR's connection around it.</summary>
/// <param name="abort">Cuts the connection beneath the socket.</param>
internal sealed class SocketReader(WebSocket socket, IHubProtocol protocol, Action abort, Pushes pushes) : Reader(pushes)
{
    // The site's pages ping once a minute, SignalR's clients four times. Who vanished without a word costs its memory until then, which is
    // little; hearing from everyone more often was a quarter of what idle readers cost.
    private static readonly TimeSpan MostSilent = TimeSpan.FromSeconds(160);

    private static readonly SerializedHubMessage Ping = new(PingMessage.Instance);
    private readonly WebSocketMessageType _type =
        protocol.TransferFormat == TransferFormat.Binary ? WebSocketMessageType.Binary : WebSocketMessageType.Text;
    private long _heard = pushes.Time.GetTimestamp();

    /// <summary>The client gave a sign of life.</summary>
    public void Heard() => Volatile.Write(ref _heard, Time.GetTimestamp());

    /// <summary>Writes an invocation's answer; the task ends when it is written.</summary>
    public Task AnswerAsync(HubMessage answer) => WriteInTurnAsync(() => SendAsync(protocol.GetMessageBytes(answer)));

    public override void Beat()
    {
        if (Time.GetElapsedTime(Volatile.Read(ref _heard)) > MostSilent)
            Cut();
        else
            base.Beat();
    }

    public override async ValueTask GoodbyeAsync()
    {
        await AnswerAsync(new CloseMessage(error: null, allowReconnect: true));
        await WriteInTurnAsync(() =>
            new ValueTask(socket.CloseOutputAsync(WebSocketCloseStatus.EndpointUnavailable, null, CancellationToken.None))
        );
    }

    protected override ValueTask WriteAsync(Standing standing) => SendAsync(standing.HubMessage.GetSerializedMessage(protocol));

    protected override ValueTask WriteSignAsync() => SendAsync(Ping.GetSerializedMessage(protocol));

    /// <summary>Cuts the connection.</summary>
    public void Cut() => abort();

    protected override void Abort() => Cut();

    private ValueTask SendAsync(ReadOnlyMemory<byte> bytes) => socket.SendAsync(bytes, _type, endOfMessage: true, CancellationToken.None);
}
