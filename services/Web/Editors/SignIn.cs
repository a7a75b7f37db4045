using System.Net;
using Web.Editors.Pages;
using Web.Pages;
using Web.Requests;
using Web.Services;

namespace Web.Editors;

/// <summary>Signing in with a token, and asking for one wherever it is missing.</summary>
internal static class SignIn
{
    /// <summary>Goes on with the editor's token, or asks to sign in.</summary>
    public static async Task<IResult> RequiredAsync(HttpContext context, Func<string, Task<IResult>> goOn) =>
        EditorSession.Token(context.Request) is { } token ? await goOn(token) : Ask(context);

    /// <summary>Asks to sign in, and says why the token that was given would not do.</summary>
    public static IResult AskAgain(HttpContext context, HttpStatusCode refused) =>
        Ask(
            context,
            refused is HttpStatusCode.Forbidden
                ? "This token is valid, but it doesn’t have the editor role."
                : "This token is not accepted. It may have expired, or may be for another site."
        );

    /// <param name="problem">Why the last attempt did not work; null at first.</param>
    public static IResult Ask(HttpContext context, string? problem = null) =>
        Page.Of<SignInPage, SignInModel>(
            Desk.Head(context, "Sign in as an editor"),
            new SignInModel(problem, BackTo(context.Request.Path), Provider.Configured(context)),
            problem is null ? 200 : 401
        );

    public static IResult Show(HttpContext context) => Ask(context);

    public static async Task<IResult> SubmitAsync(HttpContext context, EditorClient editors)
    {
        var form = await context.FormAsync();
        var token = form?["token"].ToString().Trim();
        if (!EditorSession.SignIn(context, token))
            return Ask(
                context,
                "That doesn’t look like a token: it has three parts of letters, digits, hyphens and underscores, joined by dots."
            );
        var (edits, status) = await editors.EditsAsync(token!, "", context.RequestAborted);
        if (edits is not null)
            return Page.SeeOther(context, BackTo(form!["return"]));
        EditorSession.SignOut(context);
        return AskAgain(context, status);
    }

    public static IResult SignOut(HttpContext context)
    {
        EditorSession.SignOut(context);
        return Page.SeeOther(context, "/");
    }

    /// <summary>Where an editor goes once signed in: a place of the desk, whatever was asked for.</summary>
    public static string BackTo(string? path) =>
        path is not null
        && path.StartsWith("/admin", StringComparison.Ordinal)
        && !path.StartsWith("/admin/sign-in", StringComparison.Ordinal)
        && LocalPath.IsLocal(path)
            ? path
            : "/admin";
}
