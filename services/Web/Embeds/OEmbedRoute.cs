using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Xml.Linq;
using Contracts;
using Hosting.Http;
using Hosting.Origins;
using Web.Delivery;
using Web.Feeds;
using Web.Parts;
using Web.Requests;
using Web.Services;

namespace Web.Embeds;

/// <summary>
/// <c>/oembed?url=</c>: what a content system needs to show a tool's or a comparison's address as a frame (oEmbed 1.0, type <c>rich</c>).
/// </summary>
internal static class OEmbedRoute
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static async Task<IResult> ShowAsync(
        string? url,
        string? format,
        string? maxwidth,
        string? maxheight,
        HttpContext context,
        CatalogReader catalog
    )
    {
        if (format is not (null or "json" or "xml"))
            return Problems.Of(501, "unsupported-format", "'format' is json or xml.");
        if (string.IsNullOrEmpty(url))
            return Problems.Of(400, "malformed-request", "'url' is the address of a tool or a comparison on this site.");
        if (!IsLength(maxwidth, out var widest) || !IsLength(maxheight, out var highest))
            return Problems.Of(400, "malformed-request", "'maxwidth' and 'maxheight' are numbers of pixels.");
        if (await FindAsync(url, context, catalog) is not var (title, path))
            return Problems.Of(404, "nothing-to-embed", "No tool and no comparison of this site has this address.");
        var answer = Of(title, path, context.Origin(), widest, highest);
        if (format == "xml")
            return Xml.Of(context, "text/xml", answer.AsXml());
        var content = JsonSerializer.SerializeToUtf8Bytes(answer, Json);
        context.Response.Headers.CacheControl = "no-cache";
        return Tagged.Has(context, Tagged.TagOf(content))
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Bytes(content, "application/json; charset=utf-8");
    }

    private static async Task<(string Title, string Path)?> FindAsync(string url, HttpContext context, CatalogReader catalog)
    {
        if (WebOrigin.Parse(url) is not { } origin || origin != WebOrigin.Parse(context.Origin()))
            return null;
        return new Uri(url).AbsolutePath.Split('/') switch
        {
            ["", "tools", var slug] when Slug.IsValid(slug) => await catalog.ToolAsync(slug, context.RequestAborted) is { } tool
                ? (tool.Name, $"/tools/{tool.Slug}")
                : null,
            ["", "compare", var pair] when Slug.Split(pair) is var (a, b) && a != b => await catalog.ComparisonAsync(
                Slug.OfComparison(a, b),
                context.RequestAborted
            )
                is { Tools.Count: 2 } comparison
                ? (comparison.Title, comparison.Path)
                : null,
            _ => null,
        };
    }

    private static OEmbed Of(string title, string path, string origin, int widest, int highest)
    {
        var frame = Frame.Of(path);
        var width = Math.Min(frame.Width, widest);
        var height = Math.Min(frame.HeightAt(width), highest);
        // The specification bounds the picture alike, and it has one size only.
        var hasPicture = PageHead.CardWidth <= widest && PageHead.CardHeight <= highest;
        return new OEmbed(
            title,
            PageHead.Site,
            origin + "/",
            hasPicture ? $"{origin}{path}/card.png" : null,
            hasPicture ? PageHead.CardWidth : null,
            hasPicture ? PageHead.CardHeight : null,
            frame.Html(origin, $"{title}: the community’s verdict", width, height),
            width,
            height
        );
    }

    private static bool IsLength(string? text, out int pixels)
    {
        pixels = int.MaxValue;
        return text is null || int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out pixels) && pixels > 0;
    }

    internal sealed record OEmbed(
        string Title,
        string ProviderName,
        string ProviderUrl,
        string? ThumbnailUrl,
        int? ThumbnailWidth,
        int? ThumbnailHeight,
        string Html,
        int Width,
        int Height,
        string Type = "rich",
        string Version = "1.0"
    )
    {
        public XElement AsXml() =>
            new(
                "oembed",
                JsonSerializer
                    .SerializeToElement(this, Json)
                    .EnumerateObject()
                    .Select(member => new XElement(member.Name, Xml.Text(member.Value.ToString())))
            );
    }
}
