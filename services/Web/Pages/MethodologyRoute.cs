using Microsoft.AspNetCore.Http.HttpResults;
using Web.Parts;
using Web.Requests;

namespace Web.Pages;

/// <summary>The page says the same to everyone.</summary>
public sealed record MethodologyModel;

internal static class MethodologyRoute
{
    public static RazorComponentResult Show(HttpContext context) =>
        Page.Of<MethodologyPage, MethodologyModel>(
            new PageHead(
                "How the verdicts are made",
                "What the panel’s and the community’s verdicts are, how sure each is, and how to recount the votes yourself.",
                context.Origin() + "/methodology"
            ),
            new MethodologyModel()
        );
}
