using Hosting.Description;
using Hosting.Http;
using Hosting.Limits;
using Hosting.Origins;
using Web.Badges;
using Web.Cards;
using Web.Delivery;
using Web.Developers;
using Web.Editors;
using Web.Embeds;
using Web.Feeds;
using Web.Pages;
using Web.Votes;

namespace Web;

/// <summary>
/// Every page, form and feed, by address; the desk has a table of its own. HEAD is answered wherever GET is. None of it is part of the API
/// description, which is the services'.
/// </summary>
internal static class PageRoutes
{
    public static void MapPages(this IEndpointRouteBuilder routes)
    {
        var all = routes.MapGroup("").ExcludeFromDescription();
        // Cards have a queue of their own.
        all.MapGet("/tools/{slug}/card.png", CardRoute.OfToolAsync).LimitRate(RateLimits.Costly);
        all.MapGet("/compare/{pair}/card.png", CardRoute.OfComparisonAsync).LimitRate(RateLimits.Costly);

        var badges = routes
            .MapGroup("/badge")
            .WithTags("Reach")
            .ExplainParameter("tool", "A tool's slug.", "cursor-2-0")
            .ExplainParameter("label", $"The words on the left, at most {Badge.LongestLabel} characters.")
            .IsConditional()
            .ProducesProblem(400)
            .ProducesProblem(404)
            .ReadableByAnySite()
            .LimitConcurrency(ConcurrencyLimit.Asking)
            .CachedForAMoment("theme", "label");
        badges
            .MapGet("/{tool}.svg", BadgeRoute.SvgAsync)
            .WithName("getBadge")
            .WithSummary("A tool's verdict as a picture")
            .ExplainParameter("theme", "The colors; light without it.", "auto")
            .RestrictParameter("theme", "light", "dark", "auto")
            .Produces<string>(200, "image/svg+xml");
        badges
            .MapGet("/{tool}.json", BadgeRoute.JsonAsync)
            .WithName("getBadgeData")
            .WithSummary("A tool's verdict as shields.io draws it (its endpoint format)")
            .Produces<ShieldsBadge>();

        routes
            .MapGroup("")
            .WithTags("Reach")
            .ReadableByAnySite()
            .LimitConcurrency(ConcurrencyLimit.Asking)
            .MapGet("/oembed", OEmbedRoute.ShowAsync)
            .WithName("getOEmbed")
            .WithSummary("How to frame a tool or a comparison (oEmbed 1.0, type rich)")
            .IsConditional()
            .ExplainParameter("url", "The address of a tool or a comparison on this site; required.")
            .ExplainParameter("format", "The answer's format; json without it.", "json")
            .RestrictParameter("format", "json", "xml")
            .ExplainParameter("maxwidth", "The frame's greatest width in pixels.", "600")
            .ExplainParameter("maxheight", "The frame's greatest height in pixels.", "400")
            .Produces<OEmbedRoute.OEmbed>()
            .ProducesProblem(400)
            .ProducesProblem(404)
            .ProducesProblem(501);

        var pages = all.MapGroup("").TagPages();
        var embeds = routes
            .MapGroup("/embed")
            .WithTags("Reach")
            .TagPages()
            .CachedForAMoment("theme", "lang")
            .IsConditional()
            .ExplainParameter("tool", "A tool's slug.", "cursor-2-0")
            .ExplainParameter("pair", "{a}-vs-{b}, the slugs of any two tools.", "cursor-2-0-vs-smolvlm2-2b")
            .ExplainParameter("theme", "The colors; those of the reader's system without it.", "auto")
            .RestrictParameter("theme", "light", "dark", "auto")
            .ExplainParameter("lang", "The language of the frame's words; the reader's without it.", "en");
        embeds
            .MapGet("/{tool}", EmbedRoute.ToolAsync)
            .WithName("getToolFrame")
            .WithSummary("A tool's live verdict as a small page to frame; it sets no cookie")
            .Produces<string>(200, "text/html")
            .Produces<string>(404, "text/html");
        embeds
            .MapGet("/compare/{pair}", EmbedRoute.ComparisonAsync)
            .WithName("getComparisonFrame")
            .WithSummary("Two tools' live verdicts as a small page to frame; it sets no cookie")
            .Produces<string>(200, "text/html")
            .Produces<string>(404, "text/html");
        var shown = pages.MapGroup("").CachedForAMoment();
        shown.MapGet("/", HomeRoute.ShowAsync);
        pages
            .MapGroup("")
            .CachedForAMoment("q", "category", "price", "verdict", "sort", "page")
            .MapGet("/tools", ToolsRoute.IndexAsync)
            .LimitRate(RateLimits.Search);
        shown.MapGet("/tools/{slug}", ToolRoute.ShowAsync);
        pages.MapGroup("").CachedForAMoment("a", "b").MapGet("/compare", ComparisonRoute.PickAsync);
        shown.MapGet("/compare/{pair}", ComparisonRoute.ShowAsync);
        shown.MapGet("/categories/{slug}", ToolsRoute.CategoryAsync);
        shown.MapGet("/categories/{slug}/feed.xml", AtomFeed.ShowCategoryAsync);
        pages.MapGet("/votes", YourVotesRoute.ShowAsync);
        pages.MapGet("/votes/forget", YourVotesRoute.AskToForget);
        pages.MapGet("/votes/forgotten", YourVotesRoute.Forgotten);
        pages.MapGet("/vote/first", CastByForm.AskOnceAsync);
        pages.MapGet("/vote/done", CastByForm.Done);
        pages.MapGroup("").CachedForAMoment("a", "b", "theme", "lang").MapGet("/publishers", PublishersRoute.ShowAsync);
        shown.MapGet("/developers", DevelopersRoute.Show);
        shown.MapGet("/methodology", MethodologyRoute.ShowAsync);
        shown.MapGet("/verify", VerifyRoute.Show);
        pages.MapGroup("").CachedForAMoment("tool").MapGet("/moderation", ModerationRoute.ShowAsync);
        shown.MapGet("/newsletter", NewsletterRoute.ShowAsync);
        pages.MapGet("/newsletter/confirm", MailLinkRoute.AskToConfirm);
        pages.MapGet("/newsletter/unsubscribe", MailLinkRoute.AskToUnsubscribe);
        pages.MapGet("/newsletter/refuse", MailLinkRoute.AskToRefuse);
        shown.MapGet("/newsletter/{week}", NewsletterRoute.IssueAsync);
        shown.MapGet("/feed.xml", AtomFeed.ShowAsync);
        shown.MapGet("/moderation/feed.xml", AtomFeed.ShowModerationAsync);
        shown.MapGet("/sitemap.xml", SiteMap.ShowAsync);
        shown.MapGet("/newsletter/feed.xml", AtomFeed.ShowNewsletterAsync);
        pages.MapGet("/robots.txt", SiteMap.Robots);

        pages.MapDesk();
        all.MapApiReference();

        var forms = pages.MapGroup("").ExplainedAsPages().RequireSameOrigin();
        forms.MapPost("/vote", CastByForm.CastAsync);
        forms.MapPost("/vote/first", CastByForm.CastFirstAsync);
        forms.MapPost("/votes/forget", YourVotesRoute.ForgetAsync);
        forms.MapPost("/newsletter", SignUpRoute.SubscribeAsync);
        forms.MapPost("/newsletter/confirm", MailLinkRoute.ConfirmAsync);
        forms.MapPost("/newsletter/unsubscribe", MailLinkRoute.UnsubscribeAsync);
        forms.MapPost("/newsletter/refuse", MailLinkRoute.RefuseAsync);
    }
}
