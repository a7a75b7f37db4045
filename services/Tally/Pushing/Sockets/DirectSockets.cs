using Hosting.Configuration;
using Tally.Pushing.Connections;

namespace Tally.Pushing.Sockets;

/// <summary>
/// Adds this folder to the hub, for speed alone: with <c>Tally:DirectSockets</c> false, SignalR serves the same readers in the same way for
/// more memory.
/// </summary>
internal static class DirectSockets
{
    private const string Setting = "Tally:DirectSockets";

    public static void AddDirectSockets(this IServiceCollection services) => services.AddSingleton<HubSockets>();

    /// <returns>What takes the upgrades that come without negotiation and leaves all others to the delegate it is given. To be asked for
    /// while routes are mapped: the sockets must be made before the drain starts, see <see cref="HubSockets"/>.</returns>
    /// <exception cref="SettingException">The setting is neither true nor false.</exception>
    public static Func<RequestDelegate, RequestDelegate> Before(IServiceProvider services)
    {
        if (!services.GetRequiredService<IConfiguration>().Switch(Setting, standard: true))
            return static negotiated => negotiated;
        var (admission, sockets) = (services.GetRequiredService<Admission>(), services.GetRequiredService<HubSockets>());
        return negotiated => Serve(negotiated, admission, sockets, services);
    }

    private static RequestDelegate Serve(RequestDelegate negotiated, Admission admission, HubSockets sockets, IServiceProvider services)
    {
        var pipeline = new ApplicationBuilder(services);
        pipeline.UseWebSockets();
        pipeline.Run(context =>
        {
            // A negotiation would have given the connection a name.
            if (!context.WebSockets.IsWebSocketRequest || context.Request.Query.ContainsKey("id"))
                return negotiated(context);
            if (admission.Enter(context) is not { } slot)
                return Admission.Refuse(context).ExecuteAsync(context);
            DetachedConnections.Begin(context, () => sockets.ServeAsync(context, slot));
            return Task.CompletedTask;
        });
        return pipeline.Build();
    }
}
