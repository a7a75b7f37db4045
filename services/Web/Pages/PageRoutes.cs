using Hosting;
using Microsoft.AspNetCore.Http.HttpResults;
using Web.Editors;

namespace Web;

internal static class PageRoutes
{
    private static readonly string[] Read = ["GET", "HEAD"];

    public static void MapPages(this IEndpointRouteBuilder routes)
    {
        var pages = routes.MapGroup("").ExcludeFromDescription().TagPages();
        pages.MapMethods("/", Read, HomeRoute.ShowAsync);
        pages.MapMethods("/tools", Read, ToolsRoute.IndexAsync);
        pages.MapMethods("/tools/{slug}", Read, ToolRoute.ShowAsync);
        pages.MapMethods("/tools/{slug}/card.png", Read, Cards.CardRoute.OfToolAsync).RequireRateLimiting(RateLimits.Costly);
        pages.MapMethods("/compare", Read, ComparisonRoute.PickAsync);
        pages.MapMethods("/compare/{pair}", Read, ComparisonRoute.ShowAsync);
        pages.MapMethods("/compare/{pair}/card.png", Read, Cards.CardRoute.OfComparisonAsync).RequireRateLimiting(RateLimits.Costly);
        pages.MapMethods("/categories/{slug}", Read, ToolsRoute.CategoryAsync);
        pages.MapMethods("/categories/{slug}/feed.xml", Read, AtomFeed.ShowCategoryAsync);
        pages.MapMethods("/votes", Read, YourVotesRoute.ShowAsync);
        pages.MapMethods("/votes/forget", Read, YourVotesRoute.AskToForget);
        pages.MapMethods("/methodology", Read, Methodology);
        pages.MapMethods("/newsletter", Read, NewsletterRoute.ShowAsync);
        pages.MapMethods("/newsletter/confirm", Read, NewsletterRoute.AskToConfirm);
        pages.MapMethods("/newsletter/unsubscribe", Read, NewsletterRoute.AskToUnsubscribe);
        pages.MapMethods("/newsletter/feed.xml", Read, AtomFeed.ShowNewsletterAsync);
        pages.MapMethods("/newsletter/{week}", Read, NewsletterRoute.IssueAsync);
        pages.MapMethods("/feed.xml", Read, AtomFeed.ShowAsync);
        pages.MapMethods("/sitemap.xml", Read, SiteMap.ShowAsync);
        pages.MapMethods("/robots.txt", Read, SiteMap.Robots);

        pages.MapDesk();

        var forms = pages.MapGroup("").RequireSameOrigin();
        forms.MapPost("/vote", CastByForm.CastAsync);
        forms.MapPost("/vote/first", CastByForm.CastFirstAsync);
        forms.MapPost("/votes/forget", YourVotesRoute.ForgetAsync);
        forms.MapPost("/newsletter", NewsletterRoute.SubscribeAsync);
        forms.MapPost("/newsletter/confirm", NewsletterRoute.ConfirmAsync);
        forms.MapPost("/newsletter/unsubscribe", NewsletterRoute.UnsubscribeAsync);
    }

    private static RazorComponentResult Methodology(HttpContext context) => Page.Of<Pages.MethodologyPage, MethodologyModel>(
        new PageHead("How the verdicts are made", "What the panel's and the community's verdicts are, how sure each is, and how to recount the votes yourself.", context.Origin() + "/methodology"),
        new MethodologyModel());
}
