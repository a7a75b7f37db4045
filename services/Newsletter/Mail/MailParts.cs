namespace Newsletter.Mail;

/// <summary>A mail's subject, and its two forms, which say the same.</summary>
internal sealed record MailParts(string Subject, string Text, string Html);
