using System.Globalization;
using System.Text;
using System.Xml.Linq;

namespace Web.Badges;

/// <summary>Draws a badge, 20 pixels high. It needs nothing from outside, and has no transparent part.</summary>
internal static class BadgeSvg
{
    private const int Height = 20;
    private const int Padding = 6;
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    private const string Light = ".l{fill:#e6e8ea}.t{fill:#1f2328}";
    private const string Dark = ".l{fill:#2d333b}.t{fill:#f0f3f6}";

    /// <param name="theme"><c>light</c>, <c>dark</c>, or <c>auto</c>: as the reader's system is set.</param>
    /// <param name="link">Where a click leads, where a page embeds the drawing itself.</param>
    public static byte[] Draw(Badge badge, string theme, string link)
    {
        var (left, right) = (WidthOf(badge.Label), WidthOf(badge.Message));
        var (middle, whole) = (left + 2 * Padding, left + right + 4 * Padding);
        var svg = new XElement(
            Svg + "svg",
            new XAttribute("width", whole),
            new XAttribute("height", Height),
            new XAttribute("viewBox", string.Create(CultureInfo.InvariantCulture, $"0 0 {whole} {Height}")),
            new XAttribute("role", "img"),
            new XAttribute("aria-label", $"{badge.Label}: {badge.Message}"),
            new XElement(Svg + "title", $"{badge.Label}: {badge.Message}"),
            new XElement(Svg + "desc", badge.Title),
            new XElement(Svg + "style", StyleOf(theme)),
            new XElement(
                Svg + "a",
                new XAttribute("href", link),
                new XAttribute("target", "_top"),
                new XElement(Svg + "rect", new XAttribute("class", "l"), new XAttribute("width", middle), new XAttribute("height", Height)),
                new XElement(
                    Svg + "rect",
                    new XAttribute("x", middle),
                    new XAttribute("width", whole - middle),
                    new XAttribute("height", Height),
                    new XAttribute("fill", "#" + badge.Color)
                ),
                Text(badge.Label, Padding, left, new XAttribute("class", "t")),
                Text(badge.Message, middle + Padding, right, new XAttribute("fill", "#fff"))
            )
        );
        return Encoding.UTF8.GetBytes(svg.ToString(SaveOptions.DisableFormatting));
    }

    private static string StyleOf(string theme) =>
        "text{font:11px Verdana,'DejaVu Sans',sans-serif}"
        + theme switch
        {
            "dark" => Dark,
            "auto" => $"{Light}@media(prefers-color-scheme:dark){{{Dark}}}",
            _ => Light,
        };

    // The length is stated, so that another font than the one it was estimated for still fits.
    private static XElement Text(string text, int x, int width, XAttribute color) =>
        new(
            Svg + "text",
            color,
            new XAttribute("x", x),
            new XAttribute("y", 14),
            new XAttribute("textLength", width),
            new XAttribute("lengthAdjust", "spacingAndGlyphs"),
            text
        );

    private static int WidthOf(string text) => (int)Math.Ceiling(text.EnumerateRunes().Sum(WidthOf));

    // Of Verdana at 11 pixels, by kinds of letters.
    private static double WidthOf(Rune rune) =>
        rune.Value switch
        {
            'i' or 'j' or 'l' or 'I' or '.' or ',' or ':' or ';' or '\'' or '|' or '!' or '·' => 4,
            ' ' or 'f' or 't' or 'r' or '(' or ')' or '-' or '/' => 4.6,
            'm' or 'w' or 'M' or 'W' or '%' or '@' => 11,
            >= 'A' and <= 'Z' => 8,
            > 0x2000 => 12,
            _ => 7,
        };
}
