using Contracts;
using Hosting.Text;
using Web.Delivery;
using Web.Pages;
using Web.Parts;
using Web.Requests;
using Web.Services;

namespace Web.Embeds;

/// <param name="Tools">All there are to choose from.</param>
/// <param name="A">What is chosen.</param>
/// <param name="B">What is set beside it; null for one tool alone.</param>
/// <param name="Query">Theme and language for the frame's address; empty for what is usual.</param>
public sealed record PublishersModel(
    IReadOnlyList<ToolLine> Tools,
    ToolLine? A,
    ToolLine? B,
    string Theme,
    string Language,
    string Query,
    string Origin,
    IReadOnlyList<Crumb> Trail
)
{
    /// <summary>The page that is embedded.</summary>
    public string Page => B is null ? $"/tools/{A?.Slug}" : $"/compare/{Slug.OfComparison(A!.Slug, B.Slug)}";

    public string Title => B is null ? A?.Name ?? "" : $"{A!.Name} vs {B.Name}";
}

/// <summary><c>/publishers?a=&amp;b=</c>: choose a tool or two, see the embed, take its code along.</summary>
internal static class PublishersRoute
{
    private static readonly string[] Themes = ["light", "dark"];

    public static async Task<IResult> ShowAsync(
        string? a,
        string? b,
        string? theme,
        string? lang,
        HttpContext context,
        CatalogReader catalog
    )
    {
        var tools = (await catalog.ToolLinesAsync(context.RequestAborted))
            .OrderBy(tool => Transliteration.Fold(tool.Name), StringComparer.Ordinal)
            .ToList();
        var one = tools.Find(tool => tool.Slug == a) ?? tools.Find(tool => !tool.Retired);
        var other = one is null ? null : tools.Find(tool => tool.Slug == b && tool != one);
        // In the order of the address that the two have.
        if (other is not null && string.CompareOrdinal(one!.Slug, other.Slug) > 0)
            (one, other) = (other, one);
        theme = Themes.Contains(theme) ? theme! : "auto";
        lang = lang is not null && EmbedWords.In(lang) is not null ? lang : EmbedWords.Standard;
        var query = QueryString.Create(
            new Dictionary<string, string?>
            {
                ["theme"] = theme == "auto" ? null : theme,
                ["lang"] = lang == EmbedWords.Standard ? null : lang,
            }.Where(part => part.Value is not null)
        );
        var origin = context.Origin();
        context.Response.Headers.ContentSecurityPolicy = PageHeaders.Policy + "; frame-src 'self'";
        var trail = new List<Crumb> { new("Home", "/"), new("For publishers", null) };
        var head = new PageHead(
            "Live verdicts for your page",
            "Put the community’s live verdict on an AI tool, or on two side by side, on any page: one line of HTML, no tracking.",
            origin + "/publishers"
        )
        {
            Script = "publishers.js",
            Data = [StructuredData.Breadcrumbs(origin, origin + "/publishers", trail)],
        };
        return Page.Of<PublishersPage, PublishersModel>(
            head,
            new PublishersModel(tools, one, other, theme, lang, query.Value ?? "", origin, trail)
        );
    }
}
