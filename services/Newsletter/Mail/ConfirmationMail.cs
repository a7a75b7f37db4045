namespace Newsletter.Mail;

/// <summary>Asks the holder of an address whether they meant to subscribe.</summary>
internal static class ConfirmationMail
{
    public const string Subject = "Confirm your subscription to Weekly AI Tool Verdicts";
    private const string Promise = "One more step and you are in: each week, new comparisons, whose verdict moved, and what readers would ship.";
    private const string Otherwise = "The link works for seven days. If you did not ask for this, ignore this mail: you will not be subscribed, and we will forget your address.";

    public static MailParts Of(Uri publicBase, string token)
    {
        var link = $"{publicBase}newsletter/confirm?token={token}";
        return new MailParts(
            $"""
            Hello,

            {Promise}

            Confirm here:
            {link}

            {Otherwise}

            --{" "}
            Weekly AI Tool Verdicts
            {publicBase}newsletter

            """,
            MailPage.Of(
                Subject,
                "One more step and you are in.",
                $"{MailPage.Heading("Is this your address?")}{MailPage.Paragraph(Promise)}{MailPage.Button(link, "Confirm my subscription")}{MailPage.Paragraph(Otherwise)}",
                $"{MailPage.Link($"{publicBase}newsletter", "Weekly AI Tool Verdicts")}"));
    }
}
