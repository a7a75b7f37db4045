using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Hosting.Http;

/// <summary>
/// Lets a body that says it is larger than its route takes be refused without a broken connection. The server's own refusal reads nothing
/// more and disconnects, which a client that is still sending sees before it sees the 413. Here the handler gets the same exception, but
/// nothing of the body was touched, and the server drains it after the answer.
/// </summary>
internal static class LargeBodies
{
    /// <summary>Bytes; clients that announce more are disconnected. The server drains a body for five seconds at most.</summary>
    private const long MostReadAway = 8 * 1024 * 1024;

    public static void UseLargeBodies(this WebApplication app) =>
        app.Use(
            (context, next) =>
                context.Request.ContentLength is { } length
                && context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { } bounds
                && length > bounds.MaxRequestBodySize
                    ? ServeAsync(context, next, bounds, length)
                    : next(context)
        );

    private static async Task ServeAsync(HttpContext context, RequestDelegate next, IHttpMaxRequestBodySizeFeature bounds, long length)
    {
        context.Request.Body = new BoundedBody(context.Request.Body, bounds, length);
        try
        {
            await next(context);
        }
        finally
        {
            // Who asks before sending (Expect: 100-continue) has sent nothing that would have to be read.
            if (length <= MostReadAway && !bounds.IsReadOnly && context.Request.Headers.Expect.Count == 0)
                bounds.MaxRequestBodySize = length;
        }
    }
}
