using Microsoft.AspNetCore.SignalR;

namespace Tally.Pushing.SignalR;

/// <summary>
/// Gives each hub connection its <see cref="Reader"/>. SignalR's groups were rejected: a group send awaits or queues behind its slowest
/// member, keeps no version per connection, and so can neither coalesce nor stay forward only.
/// </summary>
internal sealed class HubReaders(ILogger<DefaultHubLifetimeManager<TallyHub>> logger, Pushes pushes)
    : DefaultHubLifetimeManager<TallyHub>(logger)
{
    public override async Task OnConnectedAsync(HubConnectionContext connection)
    {
        var reader = new HubReader(connection, pushes);
        connection.Features.Set<Reader>(reader);
        pushes.Add(reader);
        pushes.Metrics.Connected(1);
        await base.OnConnectedAsync(connection);
        if (pushes.IsDraining)
            await reader.GoodbyeAsync();
    }

    public override async Task OnDisconnectedAsync(HubConnectionContext connection)
    {
        // Not awaited: a write to a connection that is gone may take as long as it likes.
        if (connection.Features.Get<Reader>() is { } reader)
        {
            pushes.Remove(reader);
            _ = reader.CloseAsync();
            pushes.Metrics.Connected(-1);
        }

        await base.OnDisconnectedAsync(connection);
    }
}
