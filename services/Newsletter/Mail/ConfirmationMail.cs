namespace Newsletter.Mail;

/// <summary>Asks the holder of an address whether they meant to subscribe.</summary>
internal static class ConfirmationMail
{
    private const string Subject = "Confirm your subscription to Weekly AI Tool Verdicts";
    private const string Promise =
        "One more step and you are in: each week, new comparisons, whose verdict moved, and what readers would ship.";
    private const string Otherwise =
        "The link works for seven days. If you did not ask for this, ignore this mail: you will not be subscribed, and we will "
        + "forget your address.";
    private const string Never = "Does somebody keep asking in your name? We can make sure that you never hear from us again:";

    public static MailParts Of(Uri publicBase, string token)
    {
        var confirm = $"{publicBase}newsletter/confirm?token={token}";
        var refuse = $"{publicBase}newsletter/refuse?token={token}";
        return new MailParts(
            Subject,
            $"""
            Hello,

            {Promise}

            Confirm here:
            {confirm}

            {Otherwise}

            {Never}
            {refuse}

            --{" "}
            Weekly AI Tool Verdicts
            {publicBase}newsletter

            """,
            MailPage.Of(
                Subject,
                "One more step and you are in.",
                MailPage.Heading("Is this your address?")
                    + MailPage.Paragraph(Promise)
                    + MailPage.Button(confirm, "Confirm my subscription")
                    + MailPage.Paragraph(Otherwise),
                $"{Never} {MailPage.Link(refuse, "Never write to me again")}<br><br>"
                    + MailPage.Link($"{publicBase}newsletter", "Weekly AI Tool Verdicts")
            )
        );
    }
}
