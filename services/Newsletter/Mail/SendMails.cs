using System.Data.Common;
using System.Net.Sockets;
using Dapper;
using Hosting.Databases;

namespace Newsletter.Mail;

/// <summary>
/// Empties the outbox. For each mail: take it, write its text with a fresh token, prepare, record <c>handing</c>, hand over, record
/// <c>sent</c>. What is promised when killed in between is said at <see cref="IDelivery"/>.
/// </summary>
internal sealed class SendMails(
    [FromKeyedServices(NewsletterService.Name)] Database database,
    IEnumerable<Schema> schemas,
    WriteMail write,
    IDelivery delivery,
    NewsletterSettings settings,
    TimeProvider timeProvider,
    WorkSignals signals,
    NewsletterMetrics metrics,
    ILogger<SendMails> logger
) : BackgroundWork(schemas, logger)
{
    private const int MaxAttempts = 20;
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(6);

    private sealed record Recipient(string? Address, string Status);

    protected override Task RestAsync(CancellationToken cancellationToken) =>
        signals.Outbox.WaitAsync(TimeSpan.FromSeconds(5), timeProvider, cancellationToken);

    protected override async Task TurnAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        try
        {
            while (await Outbox.DueAsync(connection, timeProvider.Now()) is { Count: > 0 } due)
            {
                foreach (var mail in due)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    if (
                        await Outbox.TakeAsync(connection, mail, timeProvider.Now(), settings.Lease) is { } held
                        && !await SendAsync(connection, held, cancellationToken)
                    )
                        return;
                }
            }
        }
        finally
        {
            await delivery.RestAsync();
        }
    }

    /// <returns>False when delivery is down, and trying the next mail now would only wait for the same fault.</returns>
    private async Task<bool> SendAsync(DbConnection connection, QueuedMail mail, CancellationToken cancellationToken)
    {
        if (mail.State == "handing")
        {
            var fate = await delivery.ResumeAsync(mail.Id);
            if (fate is Fate.Undecided)
                Log.Undecided(logger, mail.Id, "its sender died");
            await EndAsync(connection, mail, fate is Fate.Delivered ? "sent" : "undecided");
            return true;
        }

        // Looked at now, not when the mail was queued: readers who confirmed or unsubscribed since get no more of it.
        var recipient = await connection.QuerySingleOrDefaultAsync<Recipient>(
            "select address, status from subscribers where id = @SubscriberId",
            mail
        );
        if (recipient?.Address is null || recipient.Status != (mail.Kind == "confirmation" ? "pending" : "confirmed"))
        {
            await delivery.ForgetAsync(mail.Id);
            await EndAsync(connection, mail, "dropped");
            signals.Erasure.Set();
            return true;
        }

        var message = await write.ToAsync(connection, mail, recipient.Address, cancellationToken);
        try
        {
            await delivery.PrepareAsync(mail.Id, message, cancellationToken);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            Log.DeliveryDown(
                logger,
                error.GetType().Name,
                error is SocketException or IOException or UnauthorizedAccessException ? error.Message : ""
            );
            await RetryAsync(connection, mail);
            return false;
        }

        if (!await Outbox.MoveAsync(connection, mail, "handing"))
        {
            // Another replica has it, or had it and its reader left since: then what was prepared here is nobody's.
            if (!await Outbox.ExistsAsync(connection, mail))
                await delivery.ForgetAsync(mail.Id);
            return true;
        }

        try
        {
            await delivery.HandOverAsync(mail.Id, message);
        }
        catch (MailRefusedException refused)
        {
            Log.Refused(logger, mail.Id, refused.Code);
            if (refused.ForGood)
                await EndAsync(connection, mail, "failed");
            else
                await RetryAsync(connection, mail);
            return true;
        }
        catch (Exception error)
        {
            Log.Undecided(logger, mail.Id, error.GetType().Name);
            await EndAsync(connection, mail, await delivery.ResumeAsync(mail.Id) is Fate.Delivered ? "sent" : "undecided");
            return false;
        }

        await EndAsync(connection, mail, "sent");
        return true;
    }

    private async Task EndAsync(DbConnection connection, QueuedMail mail, string state)
    {
        if (await Outbox.MoveAsync(connection, mail, state))
            metrics.Mail(mail.Kind, state);
    }

    private async Task RetryAsync(DbConnection connection, QueuedMail mail)
    {
        if (mail.Attempts >= MaxAttempts)
        {
            await EndAsync(connection, mail, "failed");
            return;
        }

        var wait = Math.Min(TimeSpan.FromMinutes(Math.Pow(2, mail.Attempts - 1)).Milliseconds(), LongestWait.Milliseconds());
        if (await Outbox.MoveAsync(connection, mail, "waiting", timeProvider.Now() + wait))
            metrics.Mail(mail.Kind, "postponed");
    }
}
