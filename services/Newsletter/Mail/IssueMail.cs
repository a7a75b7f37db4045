using System.Globalization;
using System.Text;
using Newsletter.Issues;

namespace Newsletter.Mail;

/// <summary>What an issue looks like in a mailbox.</summary>
internal static class IssueMail
{
    private const string Reason = "You get this mail because you subscribed to it.";

    /// <param name="publicBase">Ends in a slash.</param>
    /// <param name="token">The reader's own, for the link that ends the subscription.</param>
    public static MailParts Of(Issue issue, Uri publicBase, string token)
    {
        var leave = $"{publicBase}newsletter/unsubscribe?token={token}";
        var here = $"{publicBase}newsletter/{issue.Week}";
        return new MailParts(issue.Title, Text(issue, publicBase, here, leave), Html(issue, publicBase, here, leave));
    }

    private static string Text(Issue issue, Uri publicBase, string here, string leave)
    {
        var text = new StringBuilder($"{issue.Title}\n{Day(issue)}\n\n{issue.Intro}\n");
        foreach (var section in issue.Sections)
        {
            text.Append($"\n\n{section.Title}\n{new string('-', section.Title.Length)}\n");
            foreach (var link in section.Links)
                text.Append($"\n{link.Title}\n")
                    .Append(link.Note.Length > 0 ? $"{link.Note}\n" : "")
                    .Append($"{Address(publicBase, link)}\n");
        }

        // "-- " begins what mail programs take for a signature and leave out of answers.
        return text.Append($"\n-- \nOn the web: {here}\n{Reason} To leave: {leave}\n").ToString();
    }

    private static string Html(Issue issue, Uri publicBase, string here, string leave)
    {
        var body = new StringBuilder(MailPage.Eyebrow(Day(issue)))
            .Append(MailPage.Heading(issue.Title))
            .Append(MailPage.Paragraph(issue.Intro));
        foreach (var section in issue.Sections)
        {
            body.Append('\n').Append(MailPage.SectionHeading(section.Title));
            foreach (var link in section.Links)
                body.Append('\n').Append(MailPage.Entry(Address(publicBase, link), link.Title, link.Note));
        }

        // Not the introduction, which the reader sees next: what the issue is about.
        var preheader = string.Join(" · ", issue.Sections[0].Links.Take(4).Select(link => link.Title));
        return MailPage.Of(
            issue.Title,
            preheader,
            body.ToString(),
            $"{Reason} {MailPage.Link(leave, "Unsubscribe")}, or {MailPage.Link(here, "read it on the web")}."
        );
    }

    private static string Address(Uri publicBase, Link link) => new Uri(publicBase, link.Path.TrimStart('/')).AbsoluteUri;

    private static string Day(Issue issue) => issue.PublishedAt.UtcDateTime.ToString("d MMMM yyyy", CultureInfo.InvariantCulture);
}
