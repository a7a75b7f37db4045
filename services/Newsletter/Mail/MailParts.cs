namespace Newsletter.Mail;

/// <summary>A mail's two forms; they say the same.</summary>
internal sealed record MailParts(string Text, string Html);
