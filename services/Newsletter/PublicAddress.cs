using Hosting.Origins;
using Microsoft.AspNetCore.Hosting.Server;

namespace Newsletter;

/// <summary>
/// Where links in mails lead: the configured public address, or where this process itself listens. Never the host a request named, since a
/// stranger who asks for somebody's mail chooses it.
/// </summary>
internal sealed class PublicAddress(NewsletterSettings settings, IServer server, IHostApplicationLifetime lifetime)
{
    /// <returns>Ends in a slash.</returns>
    public async ValueTask<Uri> BaseAsync(CancellationToken cancellationToken) =>
        settings.PublicBase ?? await ListeningAddress.OfAsync(server, lifetime, "localhost", cancellationToken);
}
