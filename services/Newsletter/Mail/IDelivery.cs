using MimeKit;

namespace Newsletter.Mail;

/// <summary>
/// The last step of a mail, cut in two where it can't be undone. The outbox records <c>handing</c> between the two, so that after a kill it
/// is known whether the mail may have left:
/// <list type="bullet">
/// <item>killed before <c>handing</c> was recorded: the mail has not left, and is sent again;</item>
/// <item>killed after: <see cref="ResumeAsync"/> finds out. The pickup folder always knows, so each mail arrives there exactly once.
/// SMTP has no way to ask, so such a mail is never sent again: at most once. It may be lost in that moment, and shows as
/// <c>undecided</c>.</item>
/// </list>
/// Sending it again with the same Message-Id was rejected: few mailboxes drop the second copy, and a reader who misses a mail can ask
/// again.
/// </summary>
internal interface IDelivery
{
    /// <summary>Everything that may fail while the mail surely has not left.</summary>
    /// <exception cref="IOException">Or any other: nothing left, try again later.</exception>
    Task PrepareAsync(string id, MimeMessage mail, CancellationToken cancellationToken);

    /// <summary>Lets the mail go. Not cancellable: a cancelled hand-over leaves its fate unknown.</summary>
    /// <exception cref="MailRefusedException">It surely has not been taken. Any other exception: nobody knows.</exception>
    Task HandOverAsync(string id, MimeMessage mail);

    /// <summary>What became of a mail whose hand-over was cut off by a crash.</summary>
    Task<Fate> ResumeAsync(string id);

    /// <summary>
    /// Removes what delivery still holds of a mail whose reader left. What has been taken away, by a mail program or server, is out of
    /// reach.
    /// </summary>
    Task ForgetAsync(string id);

    /// <summary>Nothing more to send for now: closes connections.</summary>
    Task RestAsync();
}

internal enum Fate
{
    Delivered,
    Undecided,
}

/// <summary>The mail server said no.</summary>
internal sealed class MailRefusedException(bool forGood, int code) : Exception($"Refused with {code}")
{
    /// <summary>False when trying again later may help.</summary>
    public bool ForGood { get; } = forGood;
    public int Code { get; } = code;
}
