namespace Newsletter.Mail;

/// <summary>Tells a new subscriber that confirming worked, while there is no issue to send.</summary>
internal static class WelcomeMail
{
    private const string Subject = "Welcome to Weekly AI Tool Verdicts";
    private const string Worked = "You are subscribed.";
    private const string Next =
        "No issue has come out yet. The first one reaches you as soon as there is something to tell: new comparisons, verdicts that "
        + "moved, new prices. In a week without news no mail is sent.";
    private const string Meanwhile = "Until then, everything is on the site, with live votes:";

    public static MailParts Of(Uri publicBase, string token)
    {
        var leave = $"{publicBase}newsletter/unsubscribe?token={token}";
        return new MailParts(
            Subject,
            $"""
            {Worked}

            {Next}

            {Meanwhile}
            {publicBase}

            --{" "}
            You get this mail because you subscribed to it. To leave: {leave}

            """,
            MailPage.Of(
                Subject,
                Worked,
                MailPage.Heading(Worked)
                    + MailPage.Paragraph(Next)
                    + MailPage.Paragraph(Meanwhile)
                    + MailPage.Button(publicBase.AbsoluteUri, "See the verdicts"),
                $"You get this mail because you subscribed to it. {MailPage.Link(leave, "Unsubscribe")}"
            )
        );
    }
}
