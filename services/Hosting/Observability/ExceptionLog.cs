using System.Diagnostics;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Hosting.Observability;

/// <summary>
/// A defect that ended a request: one line with the same trace id as the answer, so that what a reader reports can be found. The
/// framework's own line names neither trace nor route.
/// </summary>
internal sealed partial class ExceptionLog(ILogger<ExceptionLog> logger) : IExceptionHandler
{
    public ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not BadHttpRequestException)
        {
            var route = (httpContext.Features.Get<IExceptionHandlerFeature>()?.Endpoint as RouteEndpoint)?.RoutePattern.RawText;
            // The route and not the path: what a reader typed must not be logged.
            Failed(
                logger,
                exception,
                httpContext.Request.Method,
                route ?? "(no route)",
                Activity.Current?.TraceId.ToString() ?? httpContext.TraceIdentifier
            );
        }

        return ValueTask.FromResult(false);
    }

    [LoggerMessage(1005, LogLevel.Error, "{Method} {Route} failed and was answered 500, trace {TraceId}")]
    private static partial void Failed(ILogger logger, Exception error, string method, string route, string traceId);
}
