using System.Collections.ObjectModel;
using Hosting.Connections;

namespace Tally.Pushing.Connections;

/// <summary>
/// Lets the endpoint of a live connection return while its reader stays. The stay is served outside of all other middleware: each of them
/// would otherwise keep a waiting method for as long as the reader is there, with the route's filters and what the request brought 1.5 KiB
/// (tests/Bench/findings/live-readers.md). What is thrown there meets no handler of exceptions; the server notes it and cuts the
/// connection.
/// </summary>
internal sealed class DetachedConnections : IStartupFilter
{
    private static readonly ReadOnlyDictionary<object, object?> NoItems = new(new Dictionary<object, object?>(0));

    /// <summary>To be the last thing that an endpoint does.</summary>
    /// <param name="context">The request; of what it brought, only the path and the reader's address are kept.</param>
    /// <param name="serve">Ends when the reader has left, and gives back whatever was taken for it.</param>
    public static void Begin(HttpContext context, Func<Task> serve) => context.Features.Set(new Stay(serve));

    Action<IApplicationBuilder> IStartupFilter.Configure(Action<IApplicationBuilder> next) =>
        app =>
        {
            app.Use((context, next) => MayStay(context.Request.Path) ? ServeAsync(context, next) : next(context));
            next(app);
        };

    private static bool MayStay(PathString path) =>
        path.StartsWithSegments(LiveTallies.HubPath, StringComparison.OrdinalIgnoreCase)
        || path.StartsWithSegments(LiveTallies.StreamPath, StringComparison.OrdinalIgnoreCase);

    private static async Task ServeAsync(HttpContext context, RequestDelegate next)
    {
        await next(context);
        if (context.Features.Get<Stay>() is not { } stay)
            return;
        context.Features.Set<Stay>(null);
        context.Items = NoItems;
        context.Request.Query = QueryCollection.Empty;
        var connection = context.Features.Get<OpenConnection>();
        connection?.RequestBegan();
        try
        {
            await stay.Serve();
        }
        finally
        {
            connection?.RequestEnded();
        }
    }

    private sealed record Stay(Func<Task> Serve);
}
