using System.Threading.RateLimiting;
using Hosting.Configuration;
using Hosting.Databases;
using Hosting.Http;
using Hosting.Proxies;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Hosting.Limits;

/// <summary>
/// Bounds how many answers of a group of routes are computed at once, from everyone together. Limits of a network don't help against many
/// of them, and what computes at the same time shares the processors with votes: reads wait for each other, so that votes don't wait for
/// reads.
/// </summary>
public static class ConcurrencyLimit
{
    /// <summary>For what computes in this process: half of the processors are left to votes.</summary>
    public static readonly int Computing = Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>For what mostly waits for a database, which may share these processors: more at once answers no more a second.</summary>
    public static readonly int Asking = Environment.ProcessorCount;

    private const int Waiting = 256;

    /// <summary>
    /// A turn is held while the handler runs and not while its answer is sent, which is as slow as the client. Over the bound: 503 with
    /// Retry-After.
    /// </summary>
    /// <param name="routes">Routes that share their turns. What the services ask one another is not counted: a page that holds a turn
    /// would wait for itself.</param>
    /// <param name="atOnce">How many hold a turn.</param>
    public static RouteGroupBuilder LimitConcurrency(this RouteGroupBuilder routes, int atOnce)
    {
        var services = ((IEndpointRouteBuilder)routes).ServiceProvider;
        if (!services.GetRequiredService<IConfiguration>().Switch(RateLimits.Setting, standard: true))
            return routes;
        var turns = Of(atOnce, Waiting);
        routes.AddEndpointFilter(
            async (context, next) =>
            {
                if (ForwardedCallers.IsService(context.HttpContext))
                    return await next(context);
                using var turn = await turns.AcquireAsync(1, context.HttpContext.RequestAborted);
                return turn.IsAcquired ? await next(context) : Busy(context.HttpContext);
            }
        );
        return routes;
    }

    /// <summary>The same for reads of a database: SQLite computes in this process.</summary>
    public static RouteGroupBuilder LimitConcurrency(this RouteGroupBuilder routes, Database database) =>
        routes.LimitConcurrency(database.Kind is DatabaseKind.Sqlite ? Computing : Asking);

    /// <param name="atOnce">How many hold a turn.</param>
    /// <param name="waiting">How many wait for one, first come first served; more are refused at once.</param>
    public static RateLimiter Of(int atOnce, int waiting) =>
        new ConcurrencyLimiter(
            new ConcurrencyLimiterOptions
            {
                PermitLimit = atOnce,
                QueueLimit = waiting,
                QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
            }
        );

    /// <summary>503 with Retry-After.</summary>
    public static IResult Busy(HttpContext context) =>
        Problems.Retry(context, 503, "busy", "Too many requests are being answered right now; try again in a moment.", 2);
}
