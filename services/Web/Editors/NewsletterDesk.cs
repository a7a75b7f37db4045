using Web.Editors.Pages;
using Web.Pages;
using Web.Services;

namespace Web.Editors;

/// <summary>Shows editors the newsletter's next issue: on a page, and as the mail that readers would find.</summary>
internal static class NewsletterDesk
{
    // A mail has inline styles and nothing else; in its own address it may, and may do nothing beside.
    private const string MailPolicy =
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";

    public static Task<IResult> ShowAsync(HttpContext context, NewsletterClient newsletter) =>
        PreviewedAsync(context, newsletter, preview => Page.Of<PreviewPage, IssuePreview>(Desk.Head(context, "The next issue"), preview));

    public static Task<IResult> MailAsync(HttpContext context, NewsletterClient newsletter) =>
        PreviewedAsync(
            context,
            newsletter,
            preview =>
            {
                if (preview.Html is null)
                    return Page.SeeOther(context, "/admin/newsletter");
                context.Response.Headers.ContentSecurityPolicy = MailPolicy;
                return TypedResults.Text(preview.Html, "text/html; charset=utf-8");
            }
        );

    private static Task<IResult> PreviewedAsync(HttpContext context, NewsletterClient newsletter, Func<IssuePreview, IResult> show) =>
        SignIn.RequiredAsync(
            context,
            async token =>
            {
                var (preview, status) = await newsletter.PreviewAsync(token, context.RequestAborted);
                return preview is null ? SignIn.AskAgain(context, status) : show(preview);
            }
        );
}
