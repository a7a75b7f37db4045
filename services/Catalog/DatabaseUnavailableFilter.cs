using System.Data.Common;
using Hosting.Http;
using Hosting.Observability;

namespace Catalog;

/// <summary>
/// A database that is unavailable is the service's trouble, not the reader's: 503 with Retry-After, and a line in the log when it goes and
/// when it is back.
/// </summary>
internal sealed class DatabaseUnavailableFilter(ILogger<DatabaseUnavailableFilter> logger) : IEndpointFilter
{
    // Each route has a filter of its own; the database is one.
    private static readonly Outage Database = new();

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            var answer = await next(context);
            if (Database.Works())
                Log.AvailableAgain(logger);
            return answer;
        }
        catch (Exception error) when (error is DbException or TimeoutException)
        {
            if (Database.Fails())
                Log.Unavailable(logger, error.Message);
            return Problems.Retry(context.HttpContext, 503, "catalog-unavailable", "The catalog can't be read at the moment.", seconds: 2);
        }
    }
}
