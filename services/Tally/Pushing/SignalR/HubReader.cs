using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Tally.State;

namespace Tally.Pushing.SignalR;

/// <summary>A reader connected to the hub.</summary>
internal sealed class HubReader(HubConnectionContext connection, Pushes pushes) : Reader(pushes)
{
    protected override ValueTask WriteAsync(Standing standing) => connection.WriteAsync(standing.HubMessage, CancellationToken.None);

    protected override void Abort() => connection.Abort();

    public override ValueTask GoodbyeAsync() =>
        connection.WriteAsync(new CloseMessage(error: null, allowReconnect: true), CancellationToken.None);
}
