using Hosting.Limits;
using Hosting.Origins;
using Microsoft.AspNetCore.Mvc;
using Web.Delivery;
using Web.Parts;
using Web.Requests;

namespace Web.Editors;

/// <summary>The editors' desk at <c>/admin</c>: its addresses, and what they have in common.</summary>
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
        desk.MapGet("", DeskHome.ShowAsync);
        desk.MapGet("/history", EditHistory.ShowAsync);
        desk.MapGet("/files", (Delegate)FilesDesk.ShowAsync);
        desk.MapGet("/files/catalog.json", FilesDesk.ExportAsync);
        desk.MapGet("/newsletter", NewsletterDesk.ShowAsync);
        desk.MapGet("/newsletter/mail", NewsletterDesk.MailAsync);
        desk.MapGet("/integrity", IntegrityDesk.ShowAsync);
        desk.MapGet("/webhooks", WebhooksDesk.ShowAsync);
        desk.MapGet("/webhooks/{id}", WebhooksDesk.DeliveriesAsync);
        desk.MapGet("/sign-in", SignIn.Show);
        desk.MapGet("/sign-in/provider", Provider.Challenge);
        desk.MapGet("/open", DraftList.OpenAsync);
        desk.MapGet("/{kind}", DraftList.ShowAsync);
        desk.MapGet("/{kind}/{slug}", ShowForm.HandleAsync);
        desk.MapGet("/preview/{kind}/{slug}", PreviewDraft.ShowAsync);

        var forms = desk.MapGroup("").ExplainedAsPages().RequireSameOrigin().LimitRate(RateLimits.Write);
        forms.MapPost("/sign-in", SignIn.SubmitAsync);
        forms.MapPost("/sign-out", SignIn.SignOut);
        forms.MapPost("/integrity/{id:long}", IntegrityDesk.DecideAsync);
        forms
            .MapPost("/files", FilesDesk.JudgeAsync)
            .WithMetadata(new RequestSizeLimitAttribute(Contracts.Limits.CatalogFile + FormAround));
        forms
            .MapPost("/files/import", FilesDesk.ImportAsync)
            .WithMetadata(new RequestSizeLimitAttribute(Contracts.Limits.CatalogFile + FormAround));
        forms.MapPost("/webhooks", WebhooksDesk.RegisterAsync);
        forms.MapPost("/webhooks/{id}/{action}", WebhooksDesk.ActAsync);
        forms.MapPost("/webhooks/{id}/retry/{delivery}", WebhooksDesk.RetryAsync);
        forms.MapPost("/{kind}/{slug}", SubmitForm.HandleAsync);
        forms.MapPost("/preview/{kind}/{slug}", PreviewDraft.PublishAsync);
    }

    public static PageHead Head(HttpContext context, string title) =>
        new(title, "For editors.", context.Origin() + "/admin") { Hidden = true, Desk = true };
}
