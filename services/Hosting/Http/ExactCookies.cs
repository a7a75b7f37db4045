using Microsoft.AspNetCore.Http;

namespace Hosting.Http;

/// <summary>
/// Cookies by their exact names. The framework's collection ignores letter case, but browsers of some years guard <c>__Host-</c> only as it
/// is written: any neighbouring site could set <c>__HOST-voter</c>, and would be read.
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
