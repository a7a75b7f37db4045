using Hosting;
using Hosting.Configuration;
using MimeKit;

namespace Newsletter;

/// <summary>What the operator may set, read and checked once at start.</summary>
/// <param name="From">The sender readers see.</param>
/// <param name="PublicBase">Where readers reach the site; ends in a slash. Null when that is where this process listens, see
/// <see cref="PublicAddress"/>.</param>
/// <param name="Pickup">A folder that takes finished mails, or null when mail goes by SMTP.</param>
/// <param name="Smtp">The mail server, or null when mail goes to the pickup folder.</param>
/// <param name="Weekday">The day of the weekly issue.</param>
/// <param name="Hour">Its hour, UTC, 0 to 23.</param>
/// <param name="Confirmations">How many confirmation mails may leave within an hour, all in all.</param>
/// <param name="ConfirmationsPerDomain">The same for each domain they go to.</param>
/// <param name="MailboxKey">32 bytes that hashes of mailboxes are keyed with; null keeps a key in the database.</param>
/// <param name="Lease">How long a replica that took a mail has it to itself; longer than a mail server may take over one.</param>
internal sealed record NewsletterSettings(
    MailboxAddress From,
    Uri? PublicBase,
    string? Pickup,
    Uri? Smtp,
    DayOfWeek Weekday,
    int Hour,
    int Confirmations,
    int ConfirmationsPerDomain,
    byte[]? MailboxKey,
    TimeSpan Lease
)
{
    /// <exception cref="SettingException">A setting is missing or malformed.</exception>
    public static NewsletterSettings Read(IConfiguration configuration)
    {
        var publicBase = Base(configuration);
        var from = configuration["Newsletter:From"] is { Length: > 0 } given
            ? given
            : $"Weekly AI Tool Verdicts <verdicts@{publicBase?.Host ?? "localhost"}>";
        if (!MailboxAddress.TryParse(from, out var sender))
            throw new SettingException("Newsletter:From", "is not a mail address such as 'Weekly AI Tool Verdicts <verdicts@example.org>'");

        var weekday = configuration["Newsletter:Weekday"] is { Length: > 0 } day ? day : nameof(DayOfWeek.Monday);
        if (
            !Enum.TryParse<DayOfWeek>(weekday, ignoreCase: true, out var parsedDay)
            || !Enum.IsDefined(parsedDay)
            || char.IsAsciiDigit(weekday[0])
        )
            throw new SettingException("Newsletter:Weekday", $"'{weekday}' is not a day such as Monday");
        var hour = configuration.Whole("Newsletter:Hour", 8, least: 0, most: 23);
        var lease = configuration.Seconds("Newsletter:LeaseSeconds", 120, 10, 3600);

        // SMTP wins when both are set: the composed process brings a pickup folder of its own, and an operator adds the server.
        var smtp = configuration["Newsletter:Smtp"] is { Length: > 0 } server ? Server(server) : null;
        // With neither, mails are kept beside where it was started rather than lost: a service must start with its addresses alone.
        var pickup = smtp is null ? Path.GetFullPath(configuration["Newsletter:Pickup"] is { Length: > 0 } folder ? folder : "mail") : null;

        return new NewsletterSettings(
            sender,
            publicBase,
            pickup,
            smtp,
            parsedDay,
            hour,
            configuration.Whole("Newsletter:ConfirmationsPerHour", 600),
            configuration.Whole("Newsletter:ConfirmationsPerDomainPerHour", 100),
            Subscriptions.MailboxKey.Read(configuration),
            lease
        );
    }

    // The site's public origin serves both, so that setting it for the pages sets it for the mails too.
    private static Uri? Base(IConfiguration configuration)
    {
        const string Setting = "Newsletter:PublicBase",
            Origin = "Web:PublicOrigin";
        var own = configuration[Setting] == ServiceClient.Self;
        return configuration[Setting] is { Length: > 0 } && !own ? configuration.RequiredAddress(Setting)
            : configuration[Origin] is { Length: > 0 } ? configuration.RequiredAddress(Origin)
            : own ? null
            : new Uri("http://localhost:8080/");
    }

    // The value is never repeated: it may hold a password.
    private static Uri Server(string value) =>
        Uri.TryCreate(value, UriKind.Absolute, out var server) && server.Scheme is "smtp" or "smtps" && server.Host.Length > 0
            ? server
            : throw new SettingException("Newsletter:Smtp", "is not an address such as smtp://mail.example.org:25");
}
