using System.Text;
using System.Text.Json;
using Contracts;
using Hosting.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Web.Delivery;
using Web.Requests;
using Web.Services;

namespace Web.Badges;

/// <summary>
/// <c>/badge/{tool}.svg</c> and <c>/badge/{tool}.json</c>: a tool's community verdict for other people's pages. Caches ask each time, since
/// image proxies would otherwise freeze a number; mostly they are told that it is the same.
/// </summary>
internal static class BadgeRoute
{
    private static readonly string[] Themes = ["light", "dark", "auto"];
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static Task<IResult> SvgAsync(
        string tool,
        string? theme,
        string? label,
        HttpContext context,
        CatalogReader catalog,
        TallyReader tallies
    ) =>
        Themes.Contains(theme ?? Themes[0])
            ? ShowAsync(
                tool,
                label,
                context,
                catalog,
                tallies,
                badge =>
                    (
                        BadgeSvg.Draw(badge, theme ?? Themes[0], context.Origin() + (badge.HasProof ? "/log/tally/" : "/tools/") + tool),
                        "image/svg+xml"
                    )
            )
            : Task.FromResult<IResult>(Problems.Of(400, "malformed-request", "'theme' is light, dark or auto."));

    public static Task<IResult> JsonAsync(string tool, string? label, HttpContext context, CatalogReader catalog, TallyReader tallies) =>
        ShowAsync(
            tool,
            label,
            context,
            catalog,
            tallies,
            badge => (JsonSerializer.SerializeToUtf8Bytes(ShieldsBadge.Of(badge), Json), "application/json; charset=utf-8")
        );

    private static async Task<IResult> ShowAsync(
        string slug,
        string? label,
        HttpContext context,
        CatalogReader catalog,
        TallyReader tallies,
        Func<Badge, (byte[] Content, string Type)> draw
    )
    {
        if (label is not null && !IsLabel(label))
            return Problems.Of(400, "malformed-request", $"'label' is at most {Badge.LongestLabel} characters of text.");
        if (!Slug.IsValid(slug))
            return NoTool();
        var counting = tallies.OfAsync([slug], context.RequestAborted);
        if (await catalog.ToolAsync(slug, context.RequestAborted) is not { } tool)
            return NoTool();
        var badge = Badge.Of(tool, await counting, label is { Length: > 0 } ? label : Badge.DefaultLabel);
        var (content, type) = draw(badge);
        var headers = context.Response.Headers;
        headers.CacheControl = badge.IsKnown ? "no-cache" : "no-store";
        headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        // Opened as a page of its own, the drawing may use its style and nothing else.
        headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'";
        return badge.IsKnown && Tagged.Has(context, Tagged.TagOf(content))
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Bytes(content, type);
    }

    private static bool IsLabel(string label) =>
        label.Length <= Badge.LongestLabel && !label.EnumerateRunes().Any(rune => Rune.IsControl(rune) || rune.Value is 0xFFFE or 0xFFFF);

    private static ProblemHttpResult NoTool() => Problems.Of(404, "unknown-tool", "No tool has this name.");
}
