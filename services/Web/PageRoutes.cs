using Hosting.Limits;
using Hosting.Origins;
using Microsoft.AspNetCore.Http.HttpResults;
using Web.Delivery;
using Web.Editors;
using Web.Feeds;
using Web.Pages;
using Web.Parts;
using Web.Requests;
using Web.Votes;

namespace Web;

internal static class PageRoutes
{
    private static readonly string[] Read = ["GET", "HEAD"];

    public static void MapPages(this IEndpointRouteBuilder routes)
    {
        var all = routes.MapGroup("").ExcludeFromDescription();
        // Cards have a queue of their own.
        all.MapMethods("/tools/{slug}/card.png", Read, Cards.CardRoute.OfToolAsync).RequireRateLimiting(RateLimits.Costly);
        all.MapMethods("/compare/{pair}/card.png", Read, Cards.CardRoute.OfComparisonAsync).RequireRateLimiting(RateLimits.Costly);

        var pages = all.MapGroup("").TagPages();
        var shown = pages.MapGroup("").CachedForAMoment();
        shown.MapMethods("/", Read, HomeRoute.ShowAsync);
        pages
            .MapGroup("")
            .CachedForAMoment("q", "category", "price", "verdict", "sort", "page")
            .MapMethods("/tools", Read, ToolsRoute.IndexAsync)
            .RequireRateLimiting(RateLimits.Search);
        shown.MapMethods("/tools/{slug}", Read, ToolRoute.ShowAsync);
        pages.MapGroup("").CachedForAMoment("a", "b").MapMethods("/compare", Read, ComparisonRoute.PickAsync);
        shown.MapMethods("/compare/{pair}", Read, ComparisonRoute.ShowAsync);
        shown.MapMethods("/categories/{slug}", Read, ToolsRoute.CategoryAsync);
        shown.MapMethods("/categories/{slug}/feed.xml", Read, AtomFeed.ShowCategoryAsync);
        pages.MapMethods("/votes", Read, YourVotesRoute.ShowAsync);
        pages.MapMethods("/votes/forget", Read, YourVotesRoute.AskToForget);
        pages.MapMethods("/votes/forgotten", Read, YourVotesRoute.Forgotten);
        pages.MapMethods("/vote/first", Read, CastByForm.AskOnceAsync);
        pages.MapMethods("/vote/done", Read, CastByForm.Done);
        shown.MapMethods("/methodology", Read, Methodology);
        shown.MapMethods("/newsletter", Read, NewsletterRoute.ShowAsync);
        pages.MapMethods("/newsletter/confirm", Read, NewsletterRoute.AskToConfirm);
        pages.MapMethods("/newsletter/unsubscribe", Read, NewsletterRoute.AskToUnsubscribe);
        pages.MapMethods("/newsletter/refuse", Read, NewsletterRoute.AskToRefuse);
        shown.MapMethods("/newsletter/{week}", Read, NewsletterRoute.IssueAsync);
        shown.MapMethods("/feed.xml", Read, AtomFeed.ShowAsync);
        shown.MapMethods("/sitemap.xml", Read, SiteMap.ShowAsync);
        shown.MapMethods("/newsletter/feed.xml", Read, AtomFeed.ShowNewsletterAsync);
        pages.MapMethods("/robots.txt", Read, SiteMap.Robots);

        pages.MapDesk();

        var forms = pages.MapGroup("").ExplainedAsPages().RequireSameOrigin();
        forms.MapPost("/vote", CastByForm.CastAsync);
        forms.MapPost("/vote/first", CastByForm.CastFirstAsync);
        forms.MapPost("/votes/forget", YourVotesRoute.ForgetAsync);
        forms.MapPost("/newsletter", NewsletterRoute.SubscribeAsync);
        forms.MapPost("/newsletter/confirm", NewsletterRoute.ConfirmAsync);
        forms.MapPost("/newsletter/unsubscribe", NewsletterRoute.UnsubscribeAsync);
        forms.MapPost("/newsletter/refuse", NewsletterRoute.RefuseAsync);
    }

    private static RazorComponentResult Methodology(HttpContext context) =>
        Page.Of<MethodologyPage, MethodologyModel>(
            new PageHead(
                "How the verdicts are made",
                "What the panel’s and the community’s verdicts are, how sure each is, and how to recount the votes yourself.",
                context.Origin() + "/methodology"
            ),
            new MethodologyModel()
        );
}
