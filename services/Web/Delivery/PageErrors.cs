using Hosting.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Web.Pages;
using Web.Services;

namespace Web.Delivery;

/// <summary>
/// Turns failures into pages for readers, and leaves programs (anything under <c>/api</c>, or clients that don't accept HTML) the
/// problem+json they expect. A catch-all route would do it too, but would answer 404 where another route says 405.
/// </summary>
internal static partial class PageErrors
{
    public static void UsePageErrors(this WebApplication app)
    {
        var turns = app.Services.GetRequiredService<PageConcurrency>();
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Web.PageErrors");
        app.Use(
            async (context, next) =>
            {
                try
                {
                    await next(context);
                }
                catch (ServiceUnavailableException unavailable) when (!context.Response.HasStarted)
                {
                    Unavailable(logger, context.Request.Path, unavailable.Service, unavailable.InnerException?.Message);
                    context.Response.Clear();
                    context.Response.StatusCode = 503;
                    context.Response.Headers.RetryAfter = "10";
                }
                catch (Exception error)
                    when (error is not OperationCanceledException and not BadHttpRequestException
                        && !context.Response.HasStarted
                        && WantsPage(context.Request)
                    )
                {
                    Failed(logger, context.Request.Path, error);
                    context.Response.Clear();
                    context.Response.StatusCode = 500;
                }

                var response = context.Response;
                if (response.StatusCode < 400 || response.HasStarted || response.ContentType is not null || response.ContentLength is > 0)
                    return;
                if (WantsPage(context.Request))
                    await ExplainAsync(context, turns);
                else if (response.StatusCode == 503)
                    await Problems
                        .Of(503, "unavailable", "A service this answer needs is unavailable; try again in a few seconds.")
                        .ExecuteAsync(context);
            }
        );
    }

    public static bool WantsPage(HttpRequest request) =>
        !request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase)
        && !request.Path.StartsWithSegments("/hubs", StringComparison.OrdinalIgnoreCase)
        && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    private static async Task ExplainAsync(HttpContext context, PageConcurrency turns)
    {
        if (await turns.TakeAsync(context, async () => await MadeAsync(Explain(context), context)) is IResult refusal)
            await refusal.ExecuteAsync(context);

        static async ValueTask<object?> MadeAsync(RazorComponentResult page, HttpContext context)
        {
            await page.ExecuteAsync(context);
            return null;
        }
    }

    private static RazorComponentResult Explain(HttpContext context) =>
        context.Response.StatusCode switch
        {
            404 => Page.NotFound(context),
            405 => Page.Notice(context, 405, "That can’t be done here", "This address exists, but does not accept this kind of request."),
            503 => Page.Notice(
                context,
                503,
                "We’ll be right back",
                "The catalog is unavailable right now. Nothing is lost: votes are kept in a separate ledger.",
                "Please try again in a few seconds."
            ),
            >= 500 => Page.Notice(
                context,
                context.Response.StatusCode,
                "Something went wrong",
                "We couldn’t load this page. The problem has been logged; please try again in a moment."
            ),
            var status => Page.Notice(
                context,
                status,
                "That request can’t be understood",
                "Something in the address or the form is not valid. Going back and trying again usually helps."
            ),
        };

    [LoggerMessage(6002, LogLevel.Warning, "{Path} answered 503: {Service} is unavailable: {Problem}")]
    private static partial void Unavailable(ILogger logger, string path, string service, string? problem);

    [LoggerMessage(6003, LogLevel.Error, "{Path} could not be rendered")]
    private static partial void Failed(ILogger logger, string path, Exception error);
}
