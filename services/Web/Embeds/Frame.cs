using System.Net;

namespace Web.Embeds;

/// <summary>The frame that shows a tool's or a comparison's verdict, in pixels.</summary>
/// <param name="Path">Its own, below <c>/embed</c>.</param>
/// <param name="Width">Wide enough for the two tools of a comparison beside each other.</param>
public sealed record Frame(string Path, int Width)
{
    private const int OfOne = 250;
    private const int Beside = 520;

    private bool IsComparison => Path.StartsWith("/embed/compare/", StringComparison.Ordinal);

    /// <param name="page"><c>/tools/{slug}</c> or <c>/compare/{pair}</c>.</param>
    public static Frame Of(string page) =>
        page.StartsWith("/compare/", StringComparison.Ordinal) ? new($"/embed{page}", 640) : new($"/embed/{page["/tools/".Length..]}", 400);

    public int HeightAt(int width) => IsComparison && width < Beside ? 2 * OfOne - 40 : OfOne;

    public string Html(string origin, string title, int width, int height, string query = "") =>
        $"<iframe src=\"{WebUtility.HtmlEncode(origin + Path + query)}\" width=\"{width}\" height=\"{height}\" "
        + $"title=\"{WebUtility.HtmlEncode(title)}\" loading=\"lazy\" style=\"border:0;max-width:100%\"></iframe>";
}
