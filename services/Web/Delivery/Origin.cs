using Hosting;

namespace Web;

/// <summary>The public origin in canonical links and feeds: <c>Web:PublicOrigin</c>, or else whatever host the reader asked.</summary>
internal sealed class Origin
{
    private readonly string? _configured;

    public Origin(IConfiguration configuration) => _configured =
        configuration["Web:PublicOrigin"] is { Length: > 0 } ? configuration.RequiredAddress("Web:PublicOrigin").GetLeftPart(UriPartial.Authority) : null;

    public bool IsConfigured => _configured is not null;

    public string Of(HttpRequest request) =>
        _configured
        ?? (Uri.TryCreate($"{request.Scheme}://{request.Host}", UriKind.Absolute, out var asked) ? asked.GetLeftPart(UriPartial.Authority) : "http://localhost");
}
