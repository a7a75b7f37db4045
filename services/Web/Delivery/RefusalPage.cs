using System.Text.Encodings.Web;
using Web.Assets;
using Web.Parts;

namespace Web.Delivery;

/// <summary>
/// What a temporarily refused reader sees. Written without a component: a page that costs as much as the one that is refused
/// would be no limit.
/// </summary>
internal static class RefusalPage
{
    /// <param name="seconds">When it is worth trying again.</param>
    public static Task WriteAsync(HttpContext context, int status, int seconds, string title, string text)
    {
        PageHeaders.Promise(context);
        context.Response.StatusCode = status;
        context.Response.Headers.RetryAfter = seconds.ToString();
        context.Response.ContentType = "text/html; charset=utf-8";
        title = HtmlEncoder.Default.Encode(title);
        return context.Response.WriteAsync(
            $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
              <meta charset="utf-8">
              <meta name="viewport" content="width=device-width, initial-scale=1">
              <title>{title}</title>
              <meta name="robots" content="noindex">
              <meta name="color-scheme" content="light dark">
              <link rel="stylesheet" href="{AssetFiles.Url("site.css")}">
              <link rel="icon" href="{AssetFiles.Url("favicon.svg")}" type="image/svg+xml">
            </head>
            <body>
              <main class="page prose">
                <h1>{title}</h1>
                <p>{HtmlEncoder.Default.Encode(text)}</p>
                <p>Please try again in {Wording.Wait(seconds)}.</p>
              </main>
            </body>
            </html>
            """,
            context.RequestAborted
        );
    }
}
