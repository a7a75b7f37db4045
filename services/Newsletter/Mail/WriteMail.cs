using System.Data.Common;
using Dapper;
using MimeKit;
using Newsletter.Issues;
using Newsletter.Subscriptions;

namespace Newsletter.Mail;

/// <summary>
/// Writes a mail's text at the moment it is sent, with a token of its own: a text kept in the outbox would keep the token readable.
/// The Message-Id comes from the outbox row, and is the same however often sending is tried.
/// </summary>
internal sealed class WriteMail(NewsletterSettings settings, PublicAddress site, TimeProvider timeProvider)
{
    private static readonly TimeSpan ConfirmWithin = TimeSpan.FromDays(7);

    public async Task<MimeMessage> ToAsync(DbConnection connection, QueuedMail mail, string address, CancellationToken cancellationToken)
    {
        var publicBase = await site.BaseAsync(cancellationToken);
        var message = new MimeMessage { MessageId = $"{mail.Id}@{settings.From.Domain}", Date = timeProvider.GetUtcNow() };
        message.From.Add(settings.From);
        message.To.Add(new MailboxAddress("", address));

        var token = Token.New();
        var (parts, onList) = mail.Kind switch
        {
            "confirmation" => (ConfirmationMail.Of(publicBase, token), false),
            "welcome" => (WelcomeMail.Of(publicBase, token), true),
            _ => (IssueMail.Of((await ReadIssues.FindAsync(connection, mail.Week!))!, publicBase, token), true),
        };
        await connection.ExecuteAsync(
            "insert into tokens (hash, purpose, subscriber_id, expires_at) values (@hash, @purpose, @SubscriberId, @expires)",
            new
            {
                hash = Token.Hash(token),
                purpose = onList ? Token.Unsubscribe : Token.Confirm,
                mail.SubscriberId,
                expires = onList ? (long?)null : timeProvider.Now() + ConfirmWithin.Milliseconds(),
            }
        );

        // Tells mail programs that no person wrote this now, and other automata not to answer.
        message.Headers.Add("Auto-Submitted", "auto-generated");
        message.Subject = parts.Subject;
        if (onList)
            AddListHeaders(message, publicBase, token);
        message.Body = new BodyBuilder { TextBody = parts.Text, HtmlBody = parts.Html }.ToMessageBody();
        return message;
    }

    // A confirmation has none of these: nobody is on the list yet.
    private void AddListHeaders(MimeMessage message, Uri publicBase, string token)
    {
        message.Headers.Add(HeaderId.ListId, $"Weekly AI Tool Verdicts <verdicts.{settings.From.Domain}>");
        message.Headers.Add(HeaderId.ListArchive, $"<{publicBase}newsletter>");
        message.Headers.Add(HeaderId.ListUnsubscribe, $"<{publicBase}api/newsletter/unsubscribe?token={token}>");
        message.Headers.Add(HeaderId.ListUnsubscribePost, "List-Unsubscribe=One-Click");
    }
}
