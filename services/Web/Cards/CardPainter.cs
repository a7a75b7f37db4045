using Hosting.Text;
using SkiaSharp;
using Web.Parts;

namespace Web.Cards;

/// <summary>
/// Draws a card as PNG, 1200×630, the size link previews expect. The native library and the fonts are loaded with the first card. The
/// fonts are included (Inter, with its license), so that a card looks the same on a server without fonts.
/// </summary>
internal static class CardPainter
{
    private const int Width = PageHead.CardWidth,
        Height = PageHead.CardHeight;

    private const float Left = 72,
        Right = Width - 72,
        Gutter = 72;
    private static readonly SKColor Paper = new(0xfffaf8f3),
        Ink = new(0xff1d1f1b),
        Soft = new(0xff565a51),
        Rule = new(0xffdcd8cc),
        Ship = new(0xff14614f),
        Skip = new(0xffa1400f),
        SkipGround = new(0xfff3cdb5),
        Brand = new(0xff14534a),
        BrandSkip = new(0xffffc9a3);

    private static readonly Lazy<SKTypeface> Regular = new(() => Load("Inter-Regular.ttf")),
        Bold = new(() => Load("Inter-Bold.ttf"));

    public static byte[] Paint(Card card)
    {
        using var surface = SKSurface.Create(new SKImageInfo(Width, Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        var canvas = surface.Canvas;
        canvas.Clear(Paper);
        Header(canvas, card);
        if (card.Sides is [var only])
        {
            One(canvas, only);
        }
        else
        {
            var width = (Right - Left - Gutter) / 2;
            Beside(canvas, card.Sides[0], Left, width);
            Beside(canvas, card.Sides[1], Left + width + Gutter, width);
            using var line = Fill(Rule);
            canvas.DrawRect(Width / 2f - 1, 156, 2, 374, line);
        }

        using var image = surface.Snapshot();
        using var png = image.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }

    private static void Header(SKCanvas canvas, Card card)
    {
        using (var ground = Fill(Brand))
            canvas.DrawRoundRect(Left, 52, 52, 52, 11, 11, ground);
        using (var tick = Stroke(SKColors.White))
        using (var cross = Stroke(BrandSkip))
        {
            canvas.DrawPoints(SKPointMode.Polygon, [new(Left + 11, 80), new(Left + 19, 89), new(Left + 32, 71)], tick);
            canvas.DrawLine(Left + 31, 81, Left + 42, 92, cross);
            canvas.DrawLine(Left + 42, 81, Left + 31, 92, cross);
        }

        Line(canvas, PageHead.Site, Left + 70, 89, 32, Bold.Value, Ink);
        Line(canvas, card.Kind, Right, 89, 28, Regular.Value, Soft, SKTextAlign.Right);
        Line(canvas, "Panel and community are never blended.", Left, 592, 24, Regular.Value, Soft);
        Line(canvas, Fitting(card.Host, 24, Regular.Value, 480), Right, 592, 24, Regular.Value, Soft, SKTextAlign.Right);
    }

    private static void One(SKCanvas canvas, CardSide side)
    {
        Line(canvas, Legible(side.Category, ""), Left, 172, 28, Regular.Value, Soft);
        var below = Block(canvas, Legible(side.Name, side.Slug), Left, 244, Right - Left, 72, 1, Bold.Value, Ink);
        Block(canvas, Legible(side.Tagline, ""), Left, below - 32, Right - Left, 32, 1, Regular.Value, Soft);
        Figures(canvas, side, Left, Right - Left, 430, 68);
        Bar(canvas, side, Left, Right - Left);
    }

    private static void Beside(SKCanvas canvas, CardSide side, float x, float width)
    {
        Line(canvas, Fitting(Legible(side.Category, ""), 26, Regular.Value, width), x, 178, 26, Regular.Value, Soft);
        Block(canvas, Legible(side.Name, side.Slug), x, 236, width, 52, 2, Bold.Value, Ink);
        Figures(canvas, side, x, width, 430, 60);
        Bar(canvas, side, x, width);
    }

    private static void Figures(SKCanvas canvas, CardSide side, float x, float width, float baseline, float size)
    {
        var second = x + width / 2;
        Line(canvas, "Panel says ship", x, baseline - size - 2, 24, Regular.Value, Soft);
        Line(canvas, side.Panel, x, baseline, size, Bold.Value, Ink);
        Line(canvas, side.Reviewers, x, baseline + 38, 24, Regular.Value, Soft);
        Line(canvas, "Community says ship", second, baseline - size - 2, 24, Regular.Value, Soft);
        // A result of few votes is drawn smaller and in neither side's color.
        Line(
            canvas,
            side.Community,
            second,
            baseline,
            side.Early ? size * .7f : size,
            Bold.Value,
            side switch
            {
                { Early: true } or { Ship: null } => Soft,
                { Ship: > 50 } => Ship,
                { Ship: < 50 } => Skip,
                _ => Ink,
            }
        );
        Line(canvas, side.Votes, second, baseline + 38, 24, Regular.Value, Soft);
    }

    // As on the pages: ship is solid, skip is hatched, so that telling them apart needs no color.
    private static void Bar(SKCanvas canvas, CardSide side, float x, float width)
    {
        var bar = new SKRect(x, 502, x + width, 530);
        canvas.Save();
        using (var shape = new SKRoundRect(bar, 6))
            canvas.ClipRoundRect(shape, antialias: true);
        using (var ground = Fill(side.Ship is null ? Rule : SkipGround))
            canvas.DrawRect(bar, ground);
        if (side.Ship is { } ship)
        {
            using var hatch = Stroke(Skip, 5);
            for (var at = bar.Left - bar.Height; at < bar.Right; at += 13)
                canvas.DrawLine(at, bar.Bottom + 4, at + bar.Height + 8, bar.Top - 4, hatch);
            using var solid = Fill(Ship);
            canvas.DrawRect(bar.Left, bar.Top, bar.Width * (float)(ship / 100), bar.Height, solid);
        }

        canvas.Restore();
    }

    private static void Line(
        SKCanvas canvas,
        string text,
        float x,
        float y,
        float size,
        SKTypeface face,
        SKColor color,
        SKTextAlign align = SKTextAlign.Left
    )
    {
        using var font = new SKFont(face, size) { Edging = SKFontEdging.Antialias, Subpixel = true };
        using var paint = Fill(color);
        canvas.DrawText(text, x, y, align, font, paint);
    }

    /// <summary>Draws text on at most so many lines, smaller if it must be; what is longer still ends in an ellipsis.</summary>
    /// <returns>Where the next line would stand.</returns>
    private static float Block(
        SKCanvas canvas,
        string text,
        float x,
        float y,
        float width,
        float size,
        int lines,
        SKTypeface face,
        SKColor color
    )
    {
        var smallest = size * .6f;
        var wrapped = Wrap(text, size, face, width);
        while (wrapped.Count > lines && size > smallest)
            wrapped = Wrap(text, size -= 2, face, width);
        if (wrapped.Count > lines)
            wrapped = [.. wrapped.Take(lines - 1), string.Join(' ', wrapped.Skip(lines - 1))];
        foreach (var line in wrapped)
        {
            Line(canvas, Fitting(line, size, face, width), x, y, size, face, color);
            y += size * 1.2f;
        }

        return y;
    }

    private static List<string> Wrap(string text, float size, SKTypeface face, float width)
    {
        using var font = new SKFont(face, size);
        var lines = new List<string> { "" };
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var longer = lines[^1].Length == 0 ? word : $"{lines[^1]} {word}";
            if (lines[^1].Length == 0 || font.MeasureText(longer) <= width)
                lines[^1] = longer;
            else
                lines.Add(word);
        }

        // A word wider than the line counts as one line too many, so that the text is made smaller.
        return lines.Exists(line => font.MeasureText(line) > width) ? [.. lines, ""] : lines;
    }

    private static string Fitting(string text, float size, SKTypeface face, float width)
    {
        using var font = new SKFont(face, size);
        text = text.Trim();
        if (font.MeasureText(text) <= width)
            return text;
        var length = text.Length;
        while (length > 1 && font.MeasureText(text[..length] + "…") > width)
            length = Graphemes.WholeWithin(text, length - 1);
        return text[..length].TrimEnd() + "…";
    }

    // Inter's Latin part holds no other scripts, and a server may hold no other fonts: rather the address than a row of empty boxes.
    private static string Legible(string text, string instead)
    {
        var known = new string(text.Where(letter => Bold.Value.ContainsGlyph(letter)).ToArray());
        return known.Length * 2 > text.Length ? known : instead;
    }

    private static SKPaint Fill(SKColor color) => new() { Color = color, IsAntialias = true };

    private static SKPaint Stroke(SKColor color, float width = 5) =>
        new()
        {
            Color = color,
            IsAntialias = true,
            Style = SKPaintStyle.Stroke,
            StrokeWidth = width,
            StrokeCap = SKStrokeCap.Round,
            StrokeJoin = SKStrokeJoin.Round,
        };

    private static SKTypeface Load(string name)
    {
        using var font = typeof(CardPainter).Assembly.GetManifestResourceStream("Fonts/" + name)!;
        return SKTypeface.FromStream(font);
    }
}
