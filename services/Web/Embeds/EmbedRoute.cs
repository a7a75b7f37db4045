using Contracts;
using Hosting.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Web.Requests;
using Web.Services;

namespace Web.Embeds;

/// <param name="Tools">One, or the two of a comparison.</param>
/// <param name="Page">The path of the page where the vote is cast.</param>
public sealed record EmbedModel(
    string Title,
    IReadOnlyList<Tool> Tools,
    Tallies Tallies,
    EmbedWords Words,
    string Theme,
    string Origin,
    string Page
);

/// <summary>
/// <c>/embed/{tool}</c> and <c>/embed/compare/{a}-vs-{b}</c>: the live verdict in a frame on anybody's page. Nothing in it can be pressed
/// but links that open the site in a new tab, so there is nothing that a page around it could trick a reader into.
/// </summary>
internal static class EmbedRoute
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        + "frame-ancestors *";

    private static readonly string[] Themes = ["auto", "light", "dark"];

    public static async Task<IResult> ToolAsync(
        string tool,
        string? theme,
        string? lang,
        HttpContext context,
        CatalogReader catalog,
        TallyReader tallies
    )
    {
        if (Refuse(theme, lang) is { } refusal)
            return refusal;
        if (!Slug.IsValid(tool))
            return NoTool();
        var counting = tallies.OfAsync([tool], context.RequestAborted);
        if (await catalog.ToolAsync(tool, context.RequestAborted) is not { } found)
            return NoTool();
        if (found.Slug != tool)
            return Moved(context, $"/embed/{found.Slug}");
        return Show(context, found.Name, [found], await counting, $"/tools/{found.Slug}", theme, lang);
    }

    public static async Task<IResult> ComparisonAsync(
        string pair,
        string? theme,
        string? lang,
        HttpContext context,
        CatalogReader catalog,
        TallyReader tallies
    )
    {
        if (Refuse(theme, lang) is { } refusal)
            return refusal;
        if (Slug.Split(pair) is not var (a, b) || a == b)
            return NoComparison();
        if (Slug.OfComparison(a, b) is var canonical && canonical != pair)
            return Moved(context, $"/embed/compare/{canonical}");
        var counting = tallies.OfAsync([a, b], context.RequestAborted);
        if (await catalog.ComparisonAsync(pair, context.RequestAborted) is not { Tools.Count: 2 } found)
            return NoComparison();
        if (found.Slug != pair)
            return Moved(context, $"/embed{found.Path}");
        return Show(context, found.Title, found.Tools, await counting, found.Path, theme, lang);
    }

    private static RazorComponentResult<EmbedPage> Show(
        HttpContext context,
        string title,
        IReadOnlyList<Tool> tools,
        Tallies tallies,
        string page,
        string? theme,
        string? lang
    )
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.CacheControl = tallies.IsUnavailable ? "no-store" : "no-cache";
        // Pages that let only willing others in (COEP) may frame it too.
        headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        var words = EmbedWords.In(lang ?? EmbedWords.Standard)!;
        var model = new EmbedModel(title, tools, tallies, words, theme ?? Themes[0], context.Origin(), page);
        return new RazorComponentResult<EmbedPage>(new Dictionary<string, object?> { ["Model"] = model })
        {
            StatusCode = StatusCodes.Status200OK,
            ContentType = "text/html; charset=utf-8",
            PreventStreamingRendering = true,
        };
    }

    private static ProblemHttpResult? Refuse(string? theme, string? lang)
    {
        if (theme is not null && !Themes.Contains(theme))
            return Problems.Of(400, "malformed-request", "'theme' is auto, light or dark.");
        return lang is null || EmbedWords.In(lang) is not null
            ? null
            : Problems.Of(400, "malformed-request", $"'lang' is one of {string.Join(", ", EmbedWords.Languages)}.");
    }

    private static RedirectHttpResult Moved(HttpContext context, string path) =>
        TypedResults.Redirect(path + context.Request.QueryString, permanent: true);

    private static ProblemHttpResult NoTool() => Problems.Of(404, "unknown-tool", "No tool has this name.");

    private static ProblemHttpResult NoComparison() =>
        Problems.Of(404, "unknown-comparison", "A comparison is {a}-vs-{b}, of two tools that exist.");
}
