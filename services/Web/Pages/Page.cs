using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;
using Web.Parts;
using Web.Requests;

namespace Web.Pages;

/// <summary>A page: rendered once on the server from its model, with nothing interactive in it.</summary>
public abstract class Page<TModel> : ComponentBase
{
    [Parameter, EditorRequired]
    public PageHead Head { get; set; } = null!;

    [Parameter, EditorRequired]
    public TModel Model { get; set; } = default!;
}

internal static class Page
{
    public static RazorComponentResult Of<TPage, TModel>(PageHead head, TModel model, int status = 200)
        where TPage : Page<TModel> =>
        new RazorComponentResult<TPage>(new Dictionary<string, object?> { ["Head"] = head, ["Model"] = model })
        {
            StatusCode = status,
            ContentType = "text/html; charset=utf-8",
            PreventStreamingRendering = true,
        };

    /// <summary>A short page that says one thing: an error, a thank-you, a question.</summary>
    public static RazorComponentResult Notice(HttpContext context, int status, string title, params string[] paragraphs) =>
        Notice(context, status, new Notice(title, paragraphs));

    public static RazorComponentResult Notice(HttpContext context, int status, Notice notice)
    {
        var origin = context.RequestServices.GetRequiredService<Origin>().Of(context.Request);
        var head = new PageHead(notice.Title, notice.Paragraphs is [var first, ..] ? first : notice.Title, origin + "/") { Hidden = true };
        return Of<NoticePage, Notice>(head, notice, status);
    }

    /// <summary>303, so that going back or reloading does not send the form again.</summary>
    public static StatusCodeHttpResult SeeOther(HttpContext context, string path)
    {
        context.Response.Headers.Location = path;
        return TypedResults.StatusCode(303);
    }

    /// <summary>429, with Retry-After.</summary>
    public static RazorComponentResult TooMany(HttpContext context, int seconds, string title, params string[] paragraphs)
    {
        context.Response.Headers.RetryAfter = seconds.ToString();
        return Notice(context, 429, title, [.. paragraphs, $"Please try again in {Wording.Wait(seconds)}."]);
    }

    public static RazorComponentResult NotFound(HttpContext context, string what = "page") =>
        Notice(
            context,
            404,
            $"There is no such {what}",
            "The address may be misspelled, or the page has moved.",
            "All tools are in the index, and any two of them can be compared."
        );
}

/// <param name="Back">The local path the reader came from; null where there is none to go back to.</param>
public sealed record Notice(string Title, IReadOnlyList<string> Paragraphs, string? Back = null);
