using Hosting.Http;

namespace Voting.Voters;

/// <summary>Finds the voter of a request: <c>Authorization: Voter …</c> if there is one, else the cookie.</summary>
public static class VoterOfRequest
{
    private const string Scheme = "Voter ";
    private const string Cookie = "voter";
    private const string SecureCookie = "__Host-voter";

    /// <summary>Over https the prefixed name, which browsers accept only from this very host, with Secure and for the whole path.</summary>
    public static string CookieName(HttpRequest request) => request.IsHttps ? SecureCookie : Cookie;

    /// <summary>How the cookie is set; it is deleted with the same attributes, without which browsers would keep it.</summary>
    public static CookieOptions CookieOptions(HttpRequest request) =>
        new()
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Lax,
            Secure = request.IsHttps,
            Path = "/",
            IsEssential = true,
        };

    /// <summary>Leaves the voter with the browser for as long as its token is accepted.</summary>
    public static void SetCookie(HttpContext context, string token, Voter voter)
    {
        var cookie = CookieOptions(context.Request);
        cookie.Expires = voter.ExpiresAt;
        context.Response.Cookies.Append(CookieName(context.Request), token, cookie);
    }

    public static string? Token(HttpRequest request)
    {
        var authorization = request.Headers.Authorization;
        if (authorization.Count > 0)
            return authorization is [{ } value] && value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
                ? value[Scheme.Length..].Trim()
                : null;
        return request.ExactCookie(CookieName(request));
    }

    public static bool TryGet(HttpRequest request, VoterTokens tokens, out Voter voter)
    {
        voter = default;
        return Token(request) is { } token && tokens.TryVerify(token, out voter, out _);
    }
}
