using System.Data.Common;
using System.Text;
using System.Text.Encodings.Web;
using Dapper;
using MimeKit;
using MimeKit.Utils;
using Newsletter.Issues;
using Newsletter.Subscriptions;

namespace Newsletter.Mail;

/// <summary>
/// Writes a mail's text at the moment it is sent, with a token of its own: a text kept in the outbox would keep the token readable.
/// The Message-Id comes from the outbox row, and is the same however often sending is tried.
/// </summary>
internal sealed class WriteMail(NewsletterSettings settings, TimeProvider time)
{
    private static readonly TimeSpan ConfirmWithin = TimeSpan.FromDays(7);
    private static readonly HtmlEncoder Html = HtmlEncoder.Default;

    public async Task<MimeMessage> ToAsync(DbConnection connection, Waiting mail, string address)
    {
        var message = new MimeMessage { MessageId = $"{mail.Id}@{settings.From.Domain}", Date = time.GetUtcNow() };
        message.From.Add(settings.From);
        message.To.Add(new MailboxAddress("", address));

        var token = Token.New();
        var issue = mail.Week is null ? null : await ReadIssues.FindAsync(connection, mail.Week);
        await connection.ExecuteAsync(
            "insert into tokens (hash, purpose, subscriber_id, expires_at) values (@hash, @purpose, @SubscriberId, @expires)",
            new
            {
                hash = Token.Hash(token),
                purpose = issue is null ? Token.Confirm : Token.Unsubscribe,
                mail.SubscriberId,
                expires = issue is null ? time.Now() + ConfirmWithin.Milliseconds() : (long?)null,
            });

        if (issue is null)
            WriteConfirmation(message, token);
        else
            WriteIssue(message, issue, token);
        return message;
    }

    private void WriteConfirmation(MimeMessage message, string token)
    {
        var link = $"{settings.PublicBase}newsletter/confirm?token={token}";
        message.Subject = "Confirm your subscription to Weekly AI Tool Verdicts";
        // Tells mail programs that no answer is expected, and other automata not to send one.
        message.Headers.Add("Auto-Submitted", "auto-generated");
        message.Body = new BodyBuilder
        {
            TextBody = $"""
                Hello,

                one click and you are in: each week, the newest comparisons and what readers would ship.

                Confirm here:
                {link}

                The link works for seven days. If you did not ask for this, simply ignore this mail;
                you will not be subscribed, and we will forget your address.

                Weekly AI Tool Verdicts

                """,
            HtmlBody = Page($"""
                <p>Hello,</p>
                <p>one click and you are in: each week, the newest comparisons and what readers would ship.</p>
                <p><a href="{Html.Encode(link)}" style="display:inline-block;padding:.7em 1.2em;background:#1d4ed8;color:#fff;border-radius:.4em;text-decoration:none">Confirm my subscription</a></p>
                <p>The link works for seven days. If you did not ask for this, simply ignore this mail; you will not be subscribed, and we will forget your address.</p>
                <p>Weekly AI Tool Verdicts</p>
                """),
        }.ToMessageBody();
    }

    private void WriteIssue(MimeMessage message, Issue issue, string token)
    {
        var oneClick = $"{settings.PublicBase}api/newsletter/unsubscribe?token={token}";
        var page = $"{settings.PublicBase}newsletter/unsubscribe?token={token}";
        message.Subject = issue.Title;
        message.Headers.Add(HeaderId.ListId, $"Weekly AI Tool Verdicts <verdicts.{settings.From.Domain}>");
        message.Headers.Add(HeaderId.ListUnsubscribe, $"<{oneClick}>");
        message.Headers.Add(HeaderId.ListUnsubscribePost, "List-Unsubscribe=One-Click");

        var text = new StringBuilder(issue.Intro).Append('\n');
        var html = new StringBuilder($"<h1>{Html.Encode(issue.Title)}</h1><p>{Html.Encode(issue.Intro)}</p>");
        foreach (var section in issue.Sections)
        {
            text.Append($"\n{section.Title}\n{new string('-', section.Title.Length)}\n");
            html.Append($"<h2>{Html.Encode(section.Title)}</h2><ul>");
            foreach (var link in section.Links)
            {
                var address = new Uri(settings.PublicBase, link.Path.TrimStart('/')).AbsoluteUri;
                text.Append($"\n{link.Title}\n{link.Note}\n{address}\n");
                html.Append($"<li><a href=\"{Html.Encode(address)}\">{Html.Encode(link.Title)}</a><br>{Html.Encode(link.Note)}</li>");
            }

            html.Append("</ul>");
        }

        text.Append($"\nYou get this because you subscribed. One click ends it:\n{page}\n");
        html.Append($"<p>You get this because you subscribed. <a href=\"{Html.Encode(page)}\">Unsubscribe</a> with one click.</p>");
        message.Body = new BodyBuilder { TextBody = text.ToString(), HtmlBody = Page(html.ToString()) }.ToMessageBody();
    }

    private static string Page(string body) =>
        $"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"></head><body style=\"font:16px/1.5 system-ui,sans-serif;max-width:36em\">{body}</body></html>";
}
