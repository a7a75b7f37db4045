using Microsoft.AspNetCore.Http;

namespace Hosting.Http;

/// <summary>
/// Cookies by their exact names. The framework's collection ignores letter case, but older browsers protect <c>__Host-</c> only in
/// exactly this spelling: a sibling site could set <c>__HOST-voter</c>, and it would be read.
/// </summary>
public static class ExactCookies
{
    /// <returns>The value as it was sent, of the first cookie of that name; null without one.</returns>
    public static string? ExactCookie(this HttpRequest request, string name)
    {
        foreach (var header in request.Headers.Cookie)
            foreach (var range in header.AsSpan().Split(';'))
            {
                var cookie = header.AsSpan()[range].Trim();
                if (cookie.Length > name.Length && cookie[name.Length] == '=' && cookie.StartsWith(name, StringComparison.Ordinal))
                    return cookie[(name.Length + 1)..].ToString();
            }

        return null;
    }
}
