using Web.Parts;
using Web.Requests;
using Web.Services;

namespace Web.Pages;

/// <param name="Names">Tools' names by slug.</param>
/// <param name="Tool">The one asked for; null shows all.</param>
public sealed record ModerationModel(
    IReadOnlyList<Crumb> Trail,
    IReadOnlyList<Moderation> Moderations,
    IReadOnlyDictionary<string, string> Names,
    string? Tool
);

/// <summary><c>/moderation</c>: every hold, release and void, for everybody.</summary>
internal static class ModerationRoute
{
    public static readonly (string Path, string Title) Feed = ("/moderation/feed.xml", $"{PageHead.Site}: moderation");

    private const int Most = 500;

    /// <param name="tool">Shows those of one tool.</param>
    public static async Task<IResult> ShowAsync(
        HttpContext context,
        ModerationClient moderation,
        CatalogReader catalog,
        string? tool = null
    )
    {
        var origin = context.Origin();
        var here = origin + "/moderation";
        List<Crumb> trail = [new("Home", "/"), new("Method", "/methodology"), new("Moderation", null)];
        var all = (await moderation.ListAsync(context.RequestAborted)).Where(done => tool is null || done.Tool == tool).Take(Most).ToList();
        var names = await catalog.NamesAsync(all.Select(done => done.Tool), context.RequestAborted);
        return Page.Of<ModerationPage, ModerationModel>(
            new PageHead("Moderation", "Every vote we held, released or removed: when, why, how many, and what it changed.", here)
            {
                Feed = Feed,
                Data = [StructuredData.Breadcrumbs(origin, here, trail)],
            },
            new ModerationModel(trail, all, names, tool)
        );
    }
}
