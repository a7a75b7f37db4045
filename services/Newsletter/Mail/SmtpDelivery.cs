using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace Newsletter.Mail;

/// <summary>
/// Sends by <c>smtp://user:pass@host:25</c> (STARTTLS when offered, insisted on when there is a password to protect) or <c>smtps://</c>.
/// </summary>
internal sealed class SmtpDelivery(Uri server) : IDelivery, IDisposable
{
    // Shorter than the time a stopping process is given, so that a hand-over under way can end.
    // Certificates are checked, their revocation is not: an authority of one's own seldom publishes any, and a closed network could not
    // ask.
    private readonly Client _client = new() { Timeout = 15_000, CheckCertificateRevocation = false };

    public async Task PrepareAsync(string id, MimeMessage mail, CancellationToken cancellationToken)
    {
        // A connection that died while idle is found out here, where it does no harm, and not in the middle of a mail.
        if (_client.IsConnected && !await IsAliveAsync(cancellationToken))
            await _client.DisconnectAsync(quit: false, cancellationToken);
        if (_client.IsConnected)
            return;

        await _client.ConnectAsync(
            server.Host,
            server.IsDefaultPort || server.Port <= 0 ? DefaultPort : server.Port,
            Security,
            cancellationToken
        );
        if (server.UserInfo.Length == 0)
            return;
        try
        {
            var parts = server.UserInfo.Split(':', 2);
            await _client.AuthenticateAsync(
                Uri.UnescapeDataString(parts[0]),
                Uri.UnescapeDataString(parts.ElementAtOrDefault(1) ?? ""),
                cancellationToken
            );
        }
        catch
        {
            await _client.DisconnectAsync(quit: false, CancellationToken.None);
            throw;
        }
    }

    public async Task HandOverAsync(string id, MimeMessage mail)
    {
        _client.RecipientAccepted = false;
        try
        {
            await _client.SendAsync(mail, CancellationToken.None);
        }
        catch (SmtpCommandException refused)
        {
            // A refused sender is for the operator to fix, not a reason to give up on readers. The message quotes the address, so only the
            // code is passed on.
            throw new MailRefusedException(
                (int)refused.StatusCode >= 500 && refused.ErrorCode is not SmtpErrorCode.SenderNotAccepted,
                (int)refused.StatusCode
            );
        }
        catch (ServiceNotAuthenticatedException)
        {
            throw new MailRefusedException(forGood: false, 530);
        }
        catch (NotSupportedException)
        {
            // The address needs SMTPUTF8 and the server does not speak it.
            throw new MailRefusedException(forGood: true, 553);
        }
        catch when (!_client.RecipientAccepted)
        {
            // Cut off before the text was on its way: as if the server had said that it is closing.
            await _client.DisconnectAsync(quit: false, CancellationToken.None);
            throw new MailRefusedException(forGood: false, 421);
        }
        catch
        {
            await _client.DisconnectAsync(quit: false, CancellationToken.None);
            throw;
        }
    }

    public Task<Fate> ResumeAsync(string id) => Task.FromResult(Fate.Undecided);

    public Task ForgetAsync(string id) => Task.CompletedTask;

    public async Task RestAsync()
    {
        if (_client.IsConnected)
            await _client.DisconnectAsync(quit: true, CancellationToken.None);
    }

    public void Dispose() => _client.Dispose();

    private int DefaultPort => server.Scheme == "smtps" ? 465 : 25;

    private SecureSocketOptions Security =>
        server.Scheme == "smtps" ? SecureSocketOptions.SslOnConnect
        : server.UserInfo.Length > 0 && !server.IsLoopback ? SecureSocketOptions.StartTls
        : SecureSocketOptions.StartTlsWhenAvailable;

    private async Task<bool> IsAliveAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _client.NoOpAsync(cancellationToken);
            return true;
        }
        catch (Exception error) when (error is IOException or SmtpCommandException or SmtpProtocolException)
        {
            return false;
        }
    }

    /// <summary>Remembers whether the server agreed to take the mail: until then it can't have been taken.</summary>
    private sealed class Client : SmtpClient
    {
        public bool RecipientAccepted { get; set; }

        protected override void OnRecipientAccepted(MimeMessage message, MailboxAddress mailbox, SmtpResponse response) =>
            RecipientAccepted = true;
    }
}
