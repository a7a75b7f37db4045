using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace Web.Delivery;

/// <summary>
/// Pages a browser or a crawler has already are not sent again. The tag is made from the page itself: keys put together from the versions
/// of the catalog and the tallies would save the rendering, a millisecond or two, but each page depends on half a dozen things, and the
/// first one forgotten in a key would show readers an old page for as long as they ask nicely.
/// </summary>
internal static class Tagged
{
    /// <summary>Weak, since the same page is also sent compressed.</summary>
    public static EntityTagHeaderValue TagOf(ReadOnlySpan<byte> content) =>
        new($"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 10))}\"", isWeak: true);

    /// <summary>Sets the tag of the answer and says whether the client has it already.</summary>
    public static bool Has(HttpContext context, EntityTagHeaderValue tag)
    {
        context.Response.Headers.ETag = tag.ToString();
        return EntityTagHeaderValue.TryParseList(context.Request.Headers.IfNoneMatch, out var known)
            && known.Any(one => one.Equals(EntityTagHeaderValue.Any) || one.Compare(tag, useStrongComparison: false));
    }

    /// <summary>
    /// Makes pages within a turn (<see cref="PageConcurrency"/>), and tags them. They are sent after it, which takes as long as the client
    /// likes.
    /// </summary>
    public static RouteGroupBuilder TagPages(this RouteGroupBuilder pages)
    {
        var turns = ((IEndpointRouteBuilder)pages).ServiceProvider.GetRequiredService<PageConcurrency>();
        pages.AddEndpointFilter(
            (context, next) =>
                turns.TakeAsync(
                    context.HttpContext,
                    async () =>
                        await next(context) is var answer && answer is RazorComponentResult page
                            ? new MadePage(await RenderAsync(page, turns, context.HttpContext), MayTag(page, context.HttpContext))
                            : answer
                )
        );
        return pages;
    }

    private static bool MayTag(RazorComponentResult page, HttpContext context) =>
        page.StatusCode == 200
        && (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method))
        && context.Response.Headers.CacheControl != "no-store";

    private static async Task<ReadOnlyMemory<byte>> RenderAsync(RazorComponentResult page, PageConcurrency turns, HttpContext context)
    {
        using var turn = await turns.ToRenderAsync(context.RequestAborted);
        var body = context.Response.Body;
        using var content = new MemoryStream();
        context.Response.Body = content;
        try
        {
            await page.ExecuteAsync(context);
        }
        finally
        {
            context.Response.Body = body;
        }

        return content.GetBuffer().AsMemory(0, (int)content.Length);
    }

    private sealed class MadePage(ReadOnlyMemory<byte> content, bool isTagged) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            if (isTagged && Has(httpContext, TagOf(content.Span)))
            {
                httpContext.Response.StatusCode = StatusCodes.Status304NotModified;
                return;
            }

            await httpContext.Response.Body.WriteAsync(content, httpContext.RequestAborted);
        }
    }
}
