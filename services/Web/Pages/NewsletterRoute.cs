using Contracts;
using Web.Parts;
using Web.Requests;
using Web.Services;

namespace Web.Pages;

public sealed record NewsletterModel(IReadOnlyList<Issue>? Issues);

public sealed record IssueModel(Issue Issue, IReadOnlyList<Crumb> Trail);

/// <summary><c>/newsletter</c>: the archive with the sign-up, and its issues.</summary>
internal static class NewsletterRoute
{
    public const string Name = "Weekly AI Tool Verdicts";

    public static (string Path, string Title) Feed { get; } = ("/newsletter/feed.xml", Name);

    public static async Task<IResult> ShowAsync(HttpContext context, NewsletterClient newsletter)
    {
        var head = new PageHead(
            Name,
            "One mail a week: new comparisons, whose verdict moved, and where the community disagrees.",
            context.Origin() + "/newsletter"
        )
        {
            Feed = Feed,
        };
        return Page.Of<NewsletterPage, NewsletterModel>(head, new NewsletterModel(await newsletter.ArchiveAsync(context.RequestAborted)));
    }

    public static async Task<IResult> IssueAsync(string week, HttpContext context, NewsletterClient newsletter)
    {
        // An issue's name has the grammar of slugs: 2026-w48.
        if (!Slug.IsValid(week) || await newsletter.IssueAsync(week, context.RequestAborted) is not { } issue)
            return Page.NotFound(context, "issue");
        var origin = context.Origin();
        var here = $"{origin}/newsletter/{issue.Week}";
        var trail = new List<Crumb>
        {
            new("Home", "/"),
            new("Newsletter", "/newsletter"),
            new($"Week {issue.Week[(issue.Week.IndexOf('w', StringComparison.Ordinal) + 1)..]}", null),
        };
        var head = new PageHead(issue.Title, issue.Intro ?? "An issue of Weekly AI Tool Verdicts.", here)
        {
            Feed = Feed,
            Data = [StructuredData.Breadcrumbs(origin, here, trail)],
        };
        return Page.Of<IssuePage, IssueModel>(head, new IssueModel(issue, trail));
    }
}
