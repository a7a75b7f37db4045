using System.Net;
using Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Web.Parts;
using Web.Requests;
using Web.Services;

namespace Web.Pages;

public sealed record NewsletterModel(IReadOnlyList<Issue>? Issues);

public sealed record IssueModel(Issue Issue, IReadOnlyList<Crumb> Trail);

/// <param name="Return">The local path the reader came from.</param>
/// <param name="Email">What was typed.</param>
public sealed record SignUpModel(string Return, string Email, string Problem);

/// <param name="Action">Where the button posts the token to.</param>
public sealed record TokenModel(string Title, string Text, string Button, string Action, string Token);

internal static class NewsletterRoute
{
    public const string Name = "Weekly AI Tool Verdicts";
    private const int MaxToken = 1024;
    private const string NoAddress = "That doesn’t look like an email address. It should be like name@example.org.";
    private const string TooOften = "Too many sign-ups came from your network, and each could reach a stranger’s mailbox.";

    public static (string Path, string Title) Feed { get; } = ("/newsletter/feed.xml", Name);

    public static async Task<IResult> ShowAsync(HttpContext context, NewsletterClient newsletter)
    {
        var head = new PageHead(
            Name,
            "One mail a week: new comparisons, whose verdict moved, and where the community disagrees.",
            context.Origin() + "/newsletter"
        )
        {
            Feed = Feed,
        };
        return Page.Of<NewsletterPage, NewsletterModel>(
            head,
            new NewsletterModel(await newsletter.ArchiveAsync(context.RequestAborted))
        );
    }

    public static async Task<IResult> IssueAsync(string week, HttpContext context, NewsletterClient newsletter)
    {
        // An issue's name has the grammar of slugs: 2026-w48.
        if (!Slug.IsValid(week) || await newsletter.IssueAsync(week, context.RequestAborted) is not { } issue)
            return Page.NotFound(context, "issue");
        var origin = context.Origin();
        var here = $"{origin}/newsletter/{issue.Week}";
        var trail = new List<Crumb>
        {
            new("Home", "/"),
            new("Newsletter", "/newsletter"),
            new($"Week {issue.Week[(issue.Week.IndexOf('w', StringComparison.Ordinal) + 1)..]}", null),
        };
        var head = new PageHead(issue.Title, issue.Intro ?? "An issue of Weekly AI Tool Verdicts.", here)
        {
            Feed = Feed,
            Data = [StructuredData.Breadcrumbs(origin, here, trail)],
        };
        return Page.Of<IssuePage, IssueModel>(head, new IssueModel(issue, trail));
    }

    public static async Task<IResult> SubscribeAsync(HttpContext context, NewsletterClient newsletter)
    {
        var form = await context.FormAsync();
        var (email, back) = (form?["email"].ToString().Trim() ?? "", form?["return"].ToString() ?? "");
        var typed = new SignUpModel(
            LocalPath.IsLocal(back) ? back : "/newsletter",
            email.Length <= Contracts.Limits.MailAddress ? email : "",
            NoAddress
        );
        if (email.Length is 0 or > Contracts.Limits.MailAddress)
            return AskAgain(context, 400, typed);
        try
        {
            var (status, retry) = await newsletter.SendAsync(context, "subscriptions", new { email });
            return status switch
            {
                HttpStatusCode.Accepted or HttpStatusCode.OK => Page.Notice(
                    context,
                    200,
                    new Notice(
                        "Check your inbox",
                        [
                            "We sent a link to the address you gave. The subscription starts once you open it and confirm.",
                            "No mail after a few minutes? Check your spam folder, or sign up again.",
                        ],
                        typed.Return
                    )
                ),
                HttpStatusCode.TooManyRequests => AskAgain(
                    context,
                    429,
                    typed with
                    {
                        Problem = $"{TooOften} Please try again in {Wording.Wait(retry)}.",
                    },
                    retry
                ),
                _ => AskAgain(context, 400, typed),
            };
        }
        catch (ServiceUnavailableException)
        {
            return AskAgain(
                context,
                503,
                typed with
                {
                    Problem = "Signing up is unavailable right now. Please try again in a moment.",
                },
                seconds: 10
            );
        }
    }

    // With what was typed, so that nobody has to begin again.
    private static RazorComponentResult AskAgain(HttpContext context, int status, SignUpModel model, int? seconds = null)
    {
        if (seconds is { } wait)
            context.Response.Headers.RetryAfter = wait.ToString();
        context.Response.Headers.CacheControl = "no-store";
        var title = status == 400 ? "Check your email address" : "You are not signed up yet";
        return Page.Of<SignUpPage, SignUpModel>(
            new PageHead(title, model.Problem, context.Origin() + "/newsletter") { Hidden = true },
            model,
            status
        );
    }

    // A GET only asks: mail programs open links ahead of their readers, and must not confirm or end anything by it.
    public static IResult AskToConfirm(HttpContext context) =>
        Ask(
            context,
            new TokenModel(
                "Confirm your subscription",
                "You will get Weekly AI Tool Verdicts, one mail a week.",
                "Confirm",
                "/newsletter/confirm",
                Token(context.Request.Query["token"])
            )
        );

    public static IResult AskToUnsubscribe(HttpContext context) =>
        Ask(
            context,
            new TokenModel(
                "Unsubscribe",
                "You will get no more mail from us.",
                "Unsubscribe",
                "/newsletter/unsubscribe",
                Token(context.Request.Query["token"])
            )
        );

    public static IResult AskToRefuse(HttpContext context) =>
        Ask(
            context,
            new TokenModel(
                "Never hear from us again?",
                "We will delete this address and never send mail to it again, even if someone signs it up. All we keep is a code that can’t be turned back into the address.",
                "Never write to me again",
                "/newsletter/refuse",
                Token(context.Request.Query["token"])
            )
        );

    public static Task<IResult> ConfirmAsync(HttpContext context, NewsletterClient newsletter) =>
        DoAsync(
            context,
            newsletter,
            "confirmations",
            "You are subscribed",
            "A first mail is on its way: the newest issue of Weekly AI Tool Verdicts, or a welcome if there is none yet. Each mail has an unsubscribe link."
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

    private static RazorComponentResult Ask(HttpContext context, TokenModel model)
    {
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
        Page.TooMany(context, seconds, "Please try again later", TooOften);
}
