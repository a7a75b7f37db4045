using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace Web;

/// <summary>
/// Pages a browser or a crawler has already are not sent again. The tag is made from the page itself: keys put together from the versions of the
/// catalog and the tallies would save the rendering, a millisecond or two, but each page depends on half a dozen things, and the first one
/// forgotten in a key would show readers an old page for as long as they ask nicely.
/// </summary>
internal static class Tagged
{
    /// <summary>Weak, since the same page is also sent compressed.</summary>
    public static EntityTagHeaderValue TagOf(ReadOnlySpan<byte> content) => new($"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 10))}\"", isWeak: true);

    /// <summary>Sets the tag of the answer and says whether whoever asks has it already.</summary>
    public static bool Has(HttpContext context, EntityTagHeaderValue tag)
    {
        context.Response.Headers.ETag = tag.ToString();
        return EntityTagHeaderValue.TryParseList(context.Request.Headers.IfNoneMatch, out var known)
            && known.Any(one => one.Equals(EntityTagHeaderValue.Any) || one.Compare(tag, useStrongComparison: false));
    }

    public static RouteGroupBuilder TagPages(this RouteGroupBuilder pages)
    {
        pages.AddEndpointFilter(async (context, next) =>
        {
            var answer = await next(context);
            return answer is RazorComponentResult { StatusCode: 200 } page && (HttpMethods.IsGet(context.HttpContext.Request.Method) || HttpMethods.IsHead(context.HttpContext.Request.Method))
                && context.HttpContext.Response.Headers.CacheControl != "no-store"
                ? new TaggedPage(page)
                : answer;
        });
        return pages;
    }

    private sealed class TaggedPage(RazorComponentResult page) : IResult
    {
        public async Task ExecuteAsync(HttpContext context)
        {
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

            if (Has(context, TagOf(content.GetBuffer().AsSpan(0, (int)content.Length))))
            {
                context.Response.StatusCode = StatusCodes.Status304NotModified;
                return;
            }

            content.Position = 0;
            await content.CopyToAsync(body, context.RequestAborted);
        }
    }
}
