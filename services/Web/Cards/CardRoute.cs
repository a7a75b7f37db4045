using System.Net;
using Contracts;
using Hosting.Limits;
using Microsoft.Net.Http.Headers;
using Web.Delivery;
using Web.Pages;
using Web.Requests;
using Web.Services;

namespace Web.Cards;

/// <summary><c>/tools/{slug}/card.png</c> and <c>/compare/{pair}/card.png</c>: the picture that goes with a shared link.</summary>
internal static class CardRoute
{
    public static async Task<IResult> OfToolAsync(
        string slug,
        HttpContext context,
        CatalogReader catalog,
        TallyReader tallies,
        CardDrawer drawer
    )
    {
        if (!Slug.IsValid(slug))
            return Page.NotFound(context, "tool");
        var counting = tallies.OfAsync([slug], context.RequestAborted);
        return await catalog.ToolAsync(slug, context.RequestAborted) is { } tool
            ? await ShowAsync(context, drawer, Card.Of(tool, await counting, Host(context)))
            : Page.NotFound(context, "tool");
    }

    public static async Task<IResult> OfComparisonAsync(
        string pair,
        HttpContext context,
        CatalogReader catalog,
        TallyReader tallies,
        CardDrawer drawer
    )
    {
        if (Slug.Split(pair) is not var (a, b) || a == b)
            return Page.NotFound(context, "comparison");
        var canonical = Slug.OfComparison(a, b);
        if (canonical != pair)
            return TypedResults.Redirect($"/compare/{canonical}/card.png", permanent: true);
        var counting = tallies.OfAsync([a, b], context.RequestAborted);
        return await catalog.ComparisonAsync(pair, context.RequestAborted) is { Tools.Count: 2 } comparison
            ? await ShowAsync(context, drawer, Card.Of(comparison, await counting, Host(context)))
            : Page.NotFound(context, "comparison");
    }

    private static async Task<IResult> ShowAsync(HttpContext context, CardDrawer drawer, Card card)
    {
        var tag = new EntityTagHeaderValue($"\"{card.Tag}\"");
        // Votes move it; a minute spares the drawing when a link spreads.
        context.Response.Headers.CacheControl = "public, max-age=60";
        if (Tagged.Has(context, tag))
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        if (await drawer.DrawAsync(card, context.Connection.RemoteIpAddress ?? IPAddress.Loopback, context.RequestAborted) is { } picture)
            return TypedResults.File(picture, "image/png", entityTag: tag);
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.Remove("ETag");
        return ConcurrencyLimit.Busy(context);
    }

    private static string Host(HttpContext context) => new Uri(context.Origin()).Authority;
}
