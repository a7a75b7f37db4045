namespace Web.Requests;

/// <summary>Where a form may send the reader back to: a path on this site, and nothing a browser could take for another host.</summary>
internal static class LocalPath
{
    private const int MaxLength = 1024;

    // "//host" and "/\host" both leave the site; control characters are dropped by browsers and could make one of them.
    public static bool IsLocal(string path) =>
        path.Length is > 0 and <= MaxLength
        && path[0] == '/'
        && (path.Length == 1 || path[1] is not ('/' or '\\'))
        && path.All(c => c is > ' ' and < (char)127 and not '\\');
}
