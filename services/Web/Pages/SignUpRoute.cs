using System.Net;
using Microsoft.AspNetCore.Http.HttpResults;
using Web.Parts;
using Web.Requests;
using Web.Services;

namespace Web.Pages;

/// <param name="Return">The local path the reader came from.</param>
/// <param name="Email">What was typed.</param>
public sealed record SignUpModel(string Return, string Email, string Problem);

/// <summary>Signing up for the newsletter by form.</summary>
internal static class SignUpRoute
{
    private const string NoAddress = "That doesn’t look like an email address. It should be like name@example.org.";
    internal const string TooOften = "Too many sign-ups came from your network, and each could reach a stranger’s mailbox.";

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
}
