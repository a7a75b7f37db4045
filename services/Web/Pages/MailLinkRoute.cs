using System.Net;
using Microsoft.AspNetCore.Http.HttpResults;
using Web.Parts;
using Web.Requests;
using Web.Services;

namespace Web.Pages;

/// <param name="Action">Where the button posts the token to.</param>
public sealed record TokenModel(string Title, string Text, string Button, string Action, string Token);

/// <summary>What the links in mails lead to: to confirm, to unsubscribe, and never to be written to again.</summary>
internal static class MailLinkRoute
{
    private const int MaxToken = 1024;

    // A GET only asks: mail programs open links ahead of their readers, and must not confirm or end anything by it.
    public static IResult AskToConfirm(HttpContext context) =>
        Ask(
            context,
            "Confirm your subscription",
            "You will get Weekly AI Tool Verdicts, one mail a week.",
            "Confirm",
            "/newsletter/confirm"
        );

    public static IResult AskToUnsubscribe(HttpContext context) =>
        Ask(context, "Unsubscribe", "You will get no more mail from us.", "Unsubscribe", "/newsletter/unsubscribe");

    public static IResult AskToRefuse(HttpContext context) =>
        Ask(
            context,
            "Never hear from us again?",
            "We will delete this address and never send mail to it again, even if someone signs it up. All we keep is a code that "
                + "can’t be turned back into the address.",
            "Never write to me again",
            "/newsletter/refuse"
        );

    public static Task<IResult> ConfirmAsync(HttpContext context, NewsletterClient newsletter) =>
        DoAsync(
            context,
            newsletter,
            "confirmations",
            "You are subscribed",
            "A first mail is on its way: the newest issue of Weekly AI Tool Verdicts, or a welcome if there is none yet. Each mail "
                + "has an unsubscribe link."
        );

    public static Task<IResult> UnsubscribeAsync(HttpContext context, NewsletterClient newsletter) =>
        DoAsync(
            context,
            newsletter,
            "unsubscriptions",
            "You are unsubscribed",
            "You will get no more mail, and your address has been deleted."
        );

    public static Task<IResult> RefuseAsync(HttpContext context, NewsletterClient newsletter) =>
        DoAsync(
            context,
            newsletter,
            "refusals",
            "You will not hear from us again",
            "Your address has been deleted, and no mail will be sent to it again."
        );

    private static RazorComponentResult Ask(HttpContext context, string title, string text, string button, string action)
    {
        var model = new TokenModel(title, text, button, action, Token(context.Request.Query["token"]));
        if (model.Token.Length == 0)
            return BadLink(context);
        // The token stands in the page and in its address: neither the browser's store nor another site is to have it. Not "no-referrer",
        // with which browsers call a form's origin null, and it would be refused.
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["Referrer-Policy"] = "same-origin";
        return Page.Of<TokenPage, TokenModel>(
            new PageHead(model.Title, model.Text, context.Origin() + model.Action) { Hidden = true },
            model
        );
    }

    private static async Task<IResult> DoAsync(HttpContext context, NewsletterClient newsletter, string path, string title, string text)
    {
        var token = Token((await context.FormAsync())?["token"]);
        if (token.Length == 0)
            return BadLink(context);
        var (status, retry) = await newsletter.SendAsync(context, path, new { token });
        return status switch
        {
            < HttpStatusCode.MultipleChoices => Page.Notice(context, 200, title, text),
            HttpStatusCode.TooManyRequests => TooMany(context, retry),
            _ => BadLink(context),
        };
    }

    private static string Token(string? token) =>
        token is { Length: > 0 and <= MaxToken } && token.All(char.IsAscii) && !token.Any(char.IsControl) ? token : "";

    private static RazorComponentResult BadLink(HttpContext context) =>
        Page.Notice(
            context,
            400,
            "This link does not work",
            "It is incomplete, too old, or has been used before. Please open the link from the mail again, or sign up again."
        );

    private static RazorComponentResult TooMany(HttpContext context, int seconds) =>
        Page.TooMany(context, seconds, "Please try again later", SignUpRoute.TooOften);
}
