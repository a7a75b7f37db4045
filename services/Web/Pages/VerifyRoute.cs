using Microsoft.AspNetCore.Http.HttpResults;
using Web.Parts;
using Web.Requests;

namespace Web.Pages;

/// <param name="Trail">From the start page to here.</param>
public sealed record VerifyModel(IReadOnlyList<Crumb> Trail);

/// <summary><c>/verify</c>: the reader's browser recounts the public log. The server's part is to hand out the page.</summary>
internal static class VerifyRoute
{
    public static RazorComponentResult Show(HttpContext context)
    {
        var origin = context.Origin();
        var here = origin + "/verify";
        List<Crumb> trail = [new("Home", "/"), new("Method", "/methodology"), new("Recount the votes", null)];
        return Page.Of<VerifyPage, VerifyModel>(
            new PageHead(
                "Recount the votes",
                "Your browser downloads every vote, adds them up again, and checks the log’s signature. You need not trust us.",
                here
            )
            {
                Script = "verify.js",
                Data = [StructuredData.Breadcrumbs(origin, here, trail)],
            },
            new VerifyModel(trail)
        );
    }
}
