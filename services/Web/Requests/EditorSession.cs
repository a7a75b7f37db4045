using Hosting.Http;

namespace Web.Requests;

/// <summary>
/// An editor's sign-in: the bearer token itself in a cookie that scripts can't read. Web holds no state, and trusts none of it: Catalog
/// checks the token at every request. Readers never get this cookie.
/// </summary>
internal static class EditorSession
{
    private const int Longest = 3800; // what browsers keep in one cookie, with room for its name

    public static string? Token(HttpRequest request) =>
        request.ExactCookie(NameOf(request)) is { } token && Fits(token) ? token : null;

    /// <returns>False when it can't be a token.</returns>
    public static bool SignIn(HttpContext context, string? token)
    {
        token = token?.Trim();
        if (!Fits(token))
            return false;
        context.Response.Cookies.Append(NameOf(context.Request), token!, OptionsFor(context.Request));
        return true;
    }

    public static bool Fits(string? token) =>
        token is { Length: > 0 and <= Longest } && token.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    public static void SignOut(HttpContext context) =>
        context.Response.Cookies.Delete(NameOf(context.Request), OptionsFor(context.Request));

    private static string NameOf(HttpRequest request) => request.IsHttps ? "__Host-editor" : "editor";

    // Lax: with Strict, an editor who comes from the identity provider or from a link in a mail would be signed out. Every form is refused
    // to other sites by its origin.
    private static CookieOptions OptionsFor(HttpRequest request) =>
        new()
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Lax,
            Secure = request.IsHttps,
            Path = "/",
            IsEssential = true,
        };
}
