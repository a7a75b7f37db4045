namespace Hosting.Origins;

/// <summary>
/// What makes two origins the same: scheme, host in ASCII (punycode) and lower case, and the port with the scheme's default filled in.
/// Browsers send <c>Origin</c> in punycode, the server decodes <c>Host</c> to Unicode, and people configure either.
/// </summary>
public readonly record struct WebOrigin(string Scheme, string Host, int Port)
{
    /// <returns>Null when the text is not an absolute http or https address.</returns>
    public static WebOrigin? Parse(string? text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            return null;
        try
        {
            return new WebOrigin(uri.Scheme, uri.IdnHost.ToLowerInvariant(), uri.Port);
        }
        catch (Exception error) when (error is UriFormatException or ArgumentException)
        {
            // A host that has no ASCII form.
            return null;
        }
    }

    /// <summary>As browsers send it: without the scheme's default port.</summary>
    public override string ToString()
    {
        var host = Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host;
        return Port == (Scheme == "https" ? 443 : 80) ? $"{Scheme}://{host}" : $"{Scheme}://{host}:{Port}";
    }
}
