using Microsoft.AspNetCore.Http.HttpResults;
using Web.Parts;
using Web.Requests;
using Web.Services;

namespace Web.Pages;

/// <summary>The page says the same to everyone.</summary>
/// <param name="Gate">Null when Voting does not answer.</param>
public sealed record MethodologyModel(GateFigures? Gate);

internal static class MethodologyRoute
{
    public static async Task<RazorComponentResult> ShowAsync(HttpContext context, IntegrityReader integrity) =>
        Page.Of<MethodologyPage, MethodologyModel>(
            new PageHead(
                "How the verdicts are made",
                "What the panel’s and the community’s verdicts are, how sure each is, and how to recount the votes yourself.",
                context.Origin() + "/methodology"
            ),
            new MethodologyModel(await integrity.GateAsync())
        );
}
