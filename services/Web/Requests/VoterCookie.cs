using Hosting.Http;

namespace Web.Requests;

/// <summary>The one cookie there is. Voting makes it and reads it; Web only passes it on.</summary>
internal static class VoterCookie
{
    private static readonly string[] Names = ["__Host-voter", "voter"];

    public static bool KnowsVoter(this HttpRequest request) => request.VoterHeader() is not null;

    /// <summary>The Cookie header to pass on: the voter's, and no other that a sibling site may have set.</summary>
    public static string? VoterHeader(this HttpRequest request)
    {
        var name = Array.Find(Names, name => !string.IsNullOrEmpty(request.ExactCookie(name)));
        // The value is a token of URL-safe characters; anything else is not ours and would only upset the header.
        return
            name is not null
            && request.ExactCookie(name) is { Length: < 512 } value
            && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '=' or '+' or '/' or '~' or ':')
            ? $"{name}={value}"
            : null;
    }
}
