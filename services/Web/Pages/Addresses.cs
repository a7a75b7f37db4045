using Contracts;

namespace Web.Pages;

/// <summary>Addresses as people write them.</summary>
internal static class Addresses
{
    /// <returns>The way to the address in lower case, for good, when it is one only then; null when it is as it should be or as wrong in
    /// lower case.</returns>
    public static IResult? InLowerCase(HttpContext context, string name)
    {
        var lower = name.ToLowerInvariant();
        if (lower == name || !IsSlugLike(lower))
            return null;
        var path = context.Request.Path.Value!;
        return TypedResults.Redirect(path[..^name.Length] + lower + context.Request.QueryString, permanent: true);
    }

    /// <summary>Whether it is made of a slug's characters, and no longer than a comparison's.</summary>
    public static bool IsSlugLike(string name) =>
        name.Length is > 0 and <= 2 * Slug.MaxLength + 4 && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
