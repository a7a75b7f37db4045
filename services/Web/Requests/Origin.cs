using Hosting.Origins;

namespace Web.Requests;

/// <summary>The public origin in canonical links and feeds: <c>Web:PublicOrigin</c>, or else whatever host the reader asked.</summary>
internal sealed class Origin(PublicOrigin site)
{
    private readonly string? _configured = site.Configured?.ToString();

    public bool IsConfigured => _configured is not null;

    public string Of(HttpRequest request) =>
        _configured ?? WebOrigin.Parse($"{request.Scheme}://{request.Host.Value}")?.ToString() ?? "http://localhost";
}
