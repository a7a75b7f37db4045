using System.Text.Encodings.Web;

namespace Newsletter.Mail;

/// <summary>
/// The HTML both kinds of mail share. Mail programs drop style sheets, scripts and remote content, so there are none: inline styles on
/// plain blocks, readable without any of them. Dark screens are served by <c>color-scheme</c>: the program picks background and text, and
/// each of our colors gives a light and a dark form. A middle tone precedes each <c>light-dark()</c> for programs that don't know it.
/// </summary>
internal static class MailPage
{
    private const string Sans = "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif";
    private const string Serif = "Georgia,'Iowan Old Style','Palatino Linotype',serif";
    private const string Soft = "color:#777;color:light-dark(#565a51,#a9ada2)";
    private const string Rule = "border-top:1px solid #9996";

    /// <param name="title">For programs that show one; a sentence in plain text, as everything given here.</param>
    /// <param name="preheader">What a mailbox shows beside the subject. Hidden in the mail itself.</param>
    /// <param name="body">HTML.</param>
    /// <param name="footer">HTML, in small print.</param>
    public static string Of(string title, string preheader, string body, string footer) =>
        $"""
            <!doctype html>
            <html lang="en" style="color-scheme:light dark">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width,initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta name="supported-color-schemes" content="light dark">
            <title>{Encode(title)}</title>
            </head>
            <body style="margin:0;padding:0;-webkit-text-size-adjust:100%">
            <div style="display:none;max-height:0;overflow:hidden;mso-hide:all">{Encode(preheader)}</div>
            <div role="article" aria-label="{Encode(
                title
            )}" style="max-width:36em;margin:0 auto;padding:24px 20px 32px;font:16px/1.5 {Sans};overflow-wrap:break-word">
            {body}
            <div style="margin-top:36px;padding-top:16px;{Rule};font-size:14px;{Soft}">
            {footer}
            </div>
            </div>
            </body>
            </html>

            """;

    public static string Encode(string text) => HtmlEncoder.Default.Encode(text);

    public static string Heading(string text) => $"<h1 style=\"margin:0 0 12px;font:600 28px/1.2 {Serif}\">{Encode(text)}</h1>";

    public static string SectionHeading(string text) =>
        $"<h2 style=\"margin:32px 0 14px;padding-top:18px;{Rule};font:600 21px/1.25 {Serif}\">{Encode(text)}</h2>";

    /// <summary>Small print above a heading.</summary>
    public static string Eyebrow(string text) => $"<p style=\"margin:0 0 8px;font-size:14px;{Soft}\">{Encode(text)}</p>";

    public static string Paragraph(string text) => $"<p style=\"margin:0 0 14px\">{Encode(text)}</p>";

    public static string Link(string address, string text) =>
        $"<a href=\"{Encode(address)}\" style=\"color:#2f8a76;color:light-dark(#0d5c4d,#7fd6bd)\">{Encode(text)}</a>";

    /// <summary>A link in large print; a thumb finds it.</summary>
    public static string Button(string address, string text) =>
        $"<p style=\"margin:20px 0 24px\"><a href=\"{Encode(address)}\" style=\"display:inline-block;padding:13px "
        + $"24px;border-radius:6px;background:#14614f;color:#fff;font-weight:600;text-decoration:none\">{Encode(text)}</a></p>";

    /// <summary>A linked title with a line of context below.</summary>
    public static string Entry(string address, string title, string note) =>
        $"<p style=\"margin:0 0 14px\"><strong>{Link(address, title)}</strong><br>{Encode(note)}</p>";
}
