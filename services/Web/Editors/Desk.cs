using System.Net;
using Contracts;
using Hosting;

namespace Web.Editors;

/// <summary>The editors' desk at <c>/admin</c>: signing in, what there is, and what was edited.</summary>
internal static class Desk
{
    public static void MapDesk(this RouteGroupBuilder pages)
    {
        var desk = pages.MapGroup("/admin").AddEndpointFilter((context, next) =>
        {
            context.HttpContext.Response.Headers.CacheControl = "no-store";
            context.HttpContext.Response.Headers["X-Robots-Tag"] = "noindex";
            return next(context);
        });
        desk.MapGet("", ShowAsync);
        desk.MapGet("/history", HistoryAsync);
        desk.MapGet("/newsletter", NewsletterDesk.ShowAsync);
        desk.MapGet("/newsletter/mail", NewsletterDesk.MailAsync);
        desk.MapGet("/sign-in", (HttpContext context) => AskToSignIn(context, null));
        desk.MapGet("/open", Open);
        desk.MapGet("/{kind}/{slug}", (string kind, string slug, HttpContext context, EditorClient editors, CatalogReader catalog) => EditRoute.ShowAsync(kind, slug, null, context, editors, catalog));
        desk.MapGet("/{kind}/{slug}/reviews/{part}", EditRoute.ShowAsync);

        var forms = desk.MapGroup("").RequireSameOrigin().RequireRateLimiting(RateLimits.Write);
        forms.MapPost("/sign-in", SignInAsync);
        forms.MapPost("/sign-out", SignOut);
        forms.MapPost("/{kind}/{slug}", (string kind, string slug, HttpContext context, EditorClient editors, CatalogReader catalog) => EditRoute.SaveAsync(kind, slug, null, context, editors, catalog));
        forms.MapPost("/{kind}/{slug}/reviews/{part}", EditRoute.SaveAsync);
    }

    public static PageHead Head(HttpContext context, string title) => new(title, "For editors.", context.Origin() + "/admin") { Hidden = true };

    /// <summary>Goes on with the editor's token, or asks to sign in.</summary>
    public static async Task<IResult> SignedInAsync(HttpContext context, Func<string, Task<IResult>> goOn) =>
        EditorSession.Token(context.Request) is { } token ? await goOn(token) : AskToSignIn(context, null);

    // 303, so that going back or reloading does not send the form again.
    public static IResult SeeOther(HttpContext context, string path)
    {
        context.Response.Headers.Location = path;
        return TypedResults.StatusCode(303);
    }

    private static Task<IResult> ShowAsync(HttpContext context, EditorClient editors, CatalogReader catalog) => SignedInAsync(context, async token =>
    {
        var stop = context.RequestAborted;
        var (edits, status) = await editors.EditsAsync(token, null, stop);
        if (edits is null)
            return AskToSignIn(context, status);
        var model = new DeskModel(
            [.. (await catalog.ToolLinesAsync(stop)).OrderBy(tool => tool.Name)], await catalog.AllComparisonsAsync(stop), await catalog.ReviewersAsync(stop), [.. edits.Edits.Take(10)]);
        return Page.Of<Pages.DeskPage, DeskModel>(Head(context, "Editors' desk"), model);
    });

    private static Task<IResult> HistoryAsync(HttpContext context, EditorClient editors, long? before) => SignedInAsync(context, async token =>
    {
        var (edits, status) = await editors.EditsAsync(token, before, context.RequestAborted);
        return edits is null
            ? AskToSignIn(context, status)
            : Page.Of<Pages.HistoryPage, HistoryModel>(Head(context, "What was edited"), new HistoryModel(edits.Edits, edits.Next));
    });

    // "New tool" and "new comparison" without a script: a form that only leads to the right address.
    private static IResult Open(HttpContext context, string? kind, string? slug, string? a, string? b)
    {
        var (first, second) = (a?.Trim() ?? "", b?.Trim() ?? "");
        var (to, valid) = kind == "comparisons"
            ? (Slug.IsValid(first) && Slug.IsValid(second) ? Slug.OfComparison(first, second) : "", first != second)
            : (slug?.Trim() ?? "", Slug.IsValid(slug?.Trim() ?? ""));
        return valid && to.Length > 0 && kind is "tools" or "reviewers" or "comparisons"
            ? SeeOther(context, $"/admin/{kind}/{to}")
            : Page.Notice(context, 400, "That can't be an address", "A slug has lower-case letters, digits and single hyphens; a comparison needs two different tools.", "Please go back and try again.");
    }

    private static async Task<IResult> SignInAsync(HttpContext context, EditorClient editors)
    {
        var form = await context.FormAsync();
        var token = form?["token"].ToString().Trim();
        if (!EditorSession.SignIn(context, token))
            return AskToSignIn(context, "That is no token: it has three parts of letters, digits, hyphens and underscores, joined by dots.");
        var (edits, status) = await editors.EditsAsync(token!, null, context.RequestAborted);
        if (edits is not null)
            return SeeOther(context, form!["return"].ToString() is { } back && back.StartsWith("/admin", StringComparison.Ordinal) && LocalPath.IsLocal(back) ? back : "/admin");
        EditorSession.SignOut(context);
        return AskToSignIn(context, status);
    }

    private static IResult SignOut(HttpContext context)
    {
        EditorSession.SignOut(context);
        return SeeOther(context, "/");
    }

    /// <summary>Asks to sign in, and says why the token that was given would not do.</summary>
    public static IResult AskToSignIn(HttpContext context, HttpStatusCode refused) => AskToSignIn(context, Refusal(refused));

    private static IResult AskToSignIn(HttpContext context, string? problem) => Page.Of<Pages.SignInPage, SignInModel>(
        Head(context, "Sign in as an editor"), new SignInModel(problem, context.Request.Path == "/admin/sign-in" ? "/admin" : context.Request.Path), problem is null ? 200 : 401);

    private static string Refusal(HttpStatusCode status) => status is HttpStatusCode.Forbidden
        ? "This token is good, but not an editor's: it lacks the role."
        : "This token is not accepted: it may have expired, or be made for another site.";
}
