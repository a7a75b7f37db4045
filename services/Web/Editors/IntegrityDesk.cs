using System.Net;
using Web.Editors.Pages;
using Web.Pages;
using Web.Requests;
using Web.Services;

namespace Web.Editors;

/// <summary>Where moderators decide on held votes.</summary>
internal static class IntegrityDesk
{
    public static Task<IResult> ShowAsync(HttpContext context, ModerationClient moderation) =>
        SignIn.RequiredAsync(context, token => ShowAsync(context, moderation, token, problem: null));

    public static Task<IResult> DecideAsync(HttpContext context, ModerationClient moderation, long id) =>
        SignIn.RequiredAsync(
            context,
            async token =>
            {
                var form = await context.FormAsync();
                // One form for a case and its groups, whose buttons name theirs: "void 3fa94c…".
                var (action, group) = form?["action"].ToString().Split(' ', 2) is [var word, .. var rest]
                    ? (word, rest.FirstOrDefault())
                    : default;
                if (action is not ("hold" or "release" or "void"))
                    return Page.SeeOther(context, "/admin/integrity");
                var (problem, status) = await moderation.DecideAsync(
                    token,
                    id,
                    action,
                    form!["reason"].ToString(),
                    form["note"].ToString(),
                    group,
                    context.RequestAborted
                );
                if (status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
                    return Refused(context, status);
                return problem is null ? Page.SeeOther(context, "/admin/integrity") : await ShowAsync(context, moderation, token, problem);
            }
        );

    private static async Task<IResult> ShowAsync(HttpContext context, ModerationClient moderation, string token, string? problem)
    {
        var (cases, status) = await moderation.CasesAsync(token, context.RequestAborted);
        return cases is null
            ? Refused(context, status)
            : Page.Of<IntegrityPage, IntegrityModel>(
                Desk.Head(context, "Integrity"),
                new IntegrityModel(cases, problem),
                problem is null ? 200 : 409
            );
    }

    private static IResult Refused(HttpContext context, HttpStatusCode status) =>
        status is HttpStatusCode.Forbidden
            ? Page.Notice(
                context,
                403,
                "You are not a moderator",
                "Deciding on held votes takes a token with the moderator role. Yours is good for editing.",
                "Ask the site’s operator for one."
            )
            : SignIn.AskAgain(context, status);
}
