using System.Net;

namespace Operator;

/// <summary>Says in each failure which address failed: a command asks many.</summary>
internal sealed class NamedRequests(bool onlyJson)
    : DelegatingHandler(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.All })
{
    // Sixteen times the longest file of a log.
    private const int LongestFile = 1 << 20;

    public static HttpClient NewClient() => new(new NamedRequests(onlyJson: true));

    /// <summary>For files, of any type and at most 1 MiB long.</summary>
    public static HttpClient NewFileClient() => new(new NamedRequests(onlyJson: false)) { MaxResponseContentBufferSize = LongestFile };

    /// <exception cref="HttpRequestException">Not reachable, or an answer that is no success or, where asked for, no JSON; the message
    /// begins with method and address.</exception>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var place = $"{request.Method} {request.RequestUri}";
        try
        {
            var answer = await base.SendAsync(request, cancellationToken);
            if (!answer.IsSuccessStatusCode)
                throw new HttpRequestException($"{place} answered {(int)answer.StatusCode}.", null, answer.StatusCode);
            if (onlyJson && answer.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.OrdinalIgnoreCase) != true)
                throw new HttpRequestException(
                    $"{place} answered something that is not JSON. Is it the address of that service?",
                    null,
                    answer.StatusCode
                );
            return answer;
        }
        catch (HttpRequestException unreachable) when (unreachable.StatusCode is null)
        {
            throw new HttpRequestException(unreachable.HttpRequestError, $"{place}: {unreachable.Message}", unreachable);
        }
    }
}
