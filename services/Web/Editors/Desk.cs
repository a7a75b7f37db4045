using System.Globalization;
using System.Net;
using System.Text.Json;
using Hosting.Limits;
using Hosting.Origins;
using Microsoft.AspNetCore.Mvc;
using Web.Delivery;
using Web.Editors.Documents;
using Web.Editors.Pages;
using Web.Pages;
using Web.Parts;
using Web.Requests;
using Web.Services;

namespace Web.Editors;

/// <summary>The editors' desk at <c>/admin</c>: signing in, what there is, and what was edited.</summary>
internal static class Desk
{
    private const int FormAround = 64 * 1024;

    public static void MapDesk(this RouteGroupBuilder pages)
    {
        var desk = pages
            .MapGroup("/admin")
            .AddEndpointFilter(
                (context, next) =>
                {
                    context.HttpContext.Response.Headers.CacheControl = "no-store";
                    context.HttpContext.Response.Headers["X-Robots-Tag"] = "noindex";
                    return next(context);
                }
            );
        desk.MapGet("", ShowAsync);
        desk.MapGet("/history", HistoryAsync);
        desk.MapGet("/files", (Delegate)FilesDesk.ShowAsync);
        desk.MapGet("/files/catalog.json", FilesDesk.ExportAsync);
        desk.MapGet("/newsletter", NewsletterDesk.ShowAsync);
        desk.MapGet("/newsletter/mail", NewsletterDesk.MailAsync);
        desk.MapGet("/sign-in", (HttpContext context) => AskToSignIn(context, null));
        desk.MapGet("/sign-in/provider", Provider.Challenge);
        desk.MapGet("/open", DraftList.OpenAsync);
        desk.MapGet("/{kind}", DraftList.ShowAsync);
        desk.MapGet("/{kind}/{slug}", EditRoute.ShowAsync);
        desk.MapGet("/preview/{kind}/{slug}", EditRoute.PreviewAsync);

        var forms = desk.MapGroup("").ExplainedAsPages().RequireSameOrigin().RequireRateLimiting(RateLimits.Write);
        forms.MapPost("/sign-in", SignInAsync);
        forms.MapPost("/sign-out", SignOut);
        forms
            .MapPost("/files", FilesDesk.JudgeAsync)
            .WithMetadata(new RequestSizeLimitAttribute(Contracts.Limits.CatalogFile + FormAround));
        forms
            .MapPost("/files/import", FilesDesk.ImportAsync)
            .WithMetadata(new RequestSizeLimitAttribute(Contracts.Limits.CatalogFile + FormAround));
        forms.MapPost("/{kind}/{slug}", EditRoute.SaveAsync);
        forms.MapPost("/preview/{kind}/{slug}", EditRoute.PublishAsync);
    }

    public static PageHead Head(HttpContext context, string title) =>
        new(title, "For editors.", context.Origin() + "/admin") { Hidden = true, Desk = true };

    /// <summary>Goes on with the editor's token, or asks to sign in.</summary>
    public static async Task<IResult> SignedInAsync(HttpContext context, Func<string, Task<IResult>> goOn) =>
        EditorSession.Token(context.Request) is { } token ? await goOn(token) : AskToSignIn(context, null);

    // 303, so that going back or reloading does not send the form again.
    public static IResult SeeOther(HttpContext context, string path)
    {
        context.Response.Headers.Location = path;
        return TypedResults.StatusCode(303);
    }

    private static Task<IResult> ShowAsync(HttpContext context, EditorClient editors, CatalogReader catalog) =>
        SignedInAsync(
            context,
            async token =>
            {
                var cancellationToken = context.RequestAborted;
                var (edits, status) = await editors.EditsAsync(token, "", cancellationToken);
                if (edits is null)
                    return AskToSignIn(context, status);
                var drafts =
                    (await editors.ReadAsync("api/drafts", token, cancellationToken)).Body.Deserialize<List<DraftLine>>(
                        JsonSerializerOptions.Web
                    ) ?? [];
                var (tools, comparisons) = (
                    await catalog.ToolLinesAsync(cancellationToken),
                    await catalog.ComparisonsAsync(null, null, 1, cancellationToken)
                );
                var names = DraftLine.Names(tools, drafts);
                drafts =
                [
                    .. drafts.Select(draft =>
                        draft.Kind == "comparisons" ? draft with { Name = EditForm.TitleOf(draft.Slug, names) } : draft
                    ),
                ];
                return Page.Of<DeskPage, DeskModel>(
                    Head(context, "Editors’ desk"),
                    new(drafts, [.. edits.Edits.Take(10)], tools.Count, comparisons.Total)
                );
            }
        );

    private static Task<IResult> HistoryAsync(HttpContext context, EditorClient editors, long? before, string? slug) =>
        SignedInAsync(
            context,
            async token =>
            {
                var query = QueryString.Create(
                    new Dictionary<string, string?> { ["before"] = before?.ToString(CultureInfo.InvariantCulture), ["slug"] = slug }.Where(
                        part => !string.IsNullOrEmpty(part.Value)
                    )
                );
                var (edits, status) = await editors.EditsAsync(token, query.ToString(), context.RequestAborted);
                return edits is null
                    ? AskToSignIn(context, status)
                    : Page.Of<HistoryPage, HistoryModel>(
                        Head(context, "What was edited"),
                        new HistoryModel(edits.Edits, edits.Next, string.IsNullOrEmpty(slug) ? null : slug)
                    );
            }
        );

    private static async Task<IResult> SignInAsync(HttpContext context, EditorClient editors)
    {
        var form = await context.FormAsync();
        var token = form?["token"].ToString().Trim();
        if (!EditorSession.SignIn(context, token))
            return AskToSignIn(
                context,
                "That doesn’t look like a token: it has three parts of letters, digits, hyphens and underscores, joined by dots."
            );
        var (edits, status) = await editors.EditsAsync(token!, "", context.RequestAborted);
        if (edits is not null)
            return SeeOther(context, BackTo(form!["return"]));
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

    public static IResult AskToSignIn(HttpContext context, string? problem) =>
        Page.Of<SignInPage, SignInModel>(
            Head(context, "Sign in as an editor"),
            new SignInModel(problem, BackTo(context.Request.Path), Provider.Configured(context)),
            problem is null ? 200 : 401
        );

    /// <summary>Where an editor goes once signed in: a place of the desk, whatever was asked for.</summary>
    public static string BackTo(string? path) =>
        path is not null
        && path.StartsWith("/admin", StringComparison.Ordinal)
        && !path.StartsWith("/admin/sign-in", StringComparison.Ordinal)
        && LocalPath.IsLocal(path)
            ? path
            : "/admin";

    private static string Refusal(HttpStatusCode status) =>
        status is HttpStatusCode.Forbidden
            ? "This token is valid, but it doesn’t have the editor role."
            : "This token is not accepted. It may have expired, or may be for another site.";
}
