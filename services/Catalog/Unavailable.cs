using System.Data.Common;
using Hosting;

namespace Catalog;

/// <summary>A database that is away is the service's trouble, not the reader's: 503 with Retry-After, and one line in the log.</summary>
internal sealed class Unavailable(ILogger<Unavailable> log) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (Exception error) when (error is DbException or TimeoutException)
        {
            Log.Unavailable(log, error.Message);
            return Problems.Retry(context.HttpContext, 503, "catalog-unavailable", "The catalog can't be read at the moment.", seconds: 2);
        }
    }
}
