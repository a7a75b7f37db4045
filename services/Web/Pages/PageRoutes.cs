using Hosting;

namespace Web;

internal static class PageRoutes
{
    public static void MapPages(this IEndpointRouteBuilder routes)
    {
        var pages = routes.MapGroup("").ExcludeFromDescription();
        pages.MapGet("/compare", ComparisonRoute.PickAsync);
        pages.MapGet("/compare/{pair}", ComparisonRoute.ShowAsync);

        var forms = pages.MapGroup("").RequireSameOrigin();
        forms.MapPost("/vote", CastByForm.CastAsync);
        forms.MapPost("/vote/first", CastByForm.CastFirstAsync);
    }
}
