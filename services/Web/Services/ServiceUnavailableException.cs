using System.Net;
using System.Text.Json;
using Hosting;

namespace Web.Services;

/// <summary>
/// A service did not answer, or answered something that is no answer. The reader gets a 503 page that says when to come back.
/// </summary>
internal sealed class ServiceUnavailableException(string service, Exception? cause = null) : Exception($"{service} is unavailable", cause)
{
    public string Service => service;
}

internal static class ServiceReading
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { MaxDepth = 32 };

    /// <returns>What the service answered, or null when it knows no such thing (404).</returns>
    /// <exception cref="ServiceUnavailableException">No answer within the time, an error, or JSON of another shape.</exception>
    /// <param name="remembered">Spares what was answered before and still stands.</param>
    public static async Task<T?> ReadAsync<T>(
        this HttpClient client,
        string service,
        string path,
        TimeSpan within,
        CancellationToken cancellationToken,
        ConditionalCache? remembered = null
    )
        where T : class
    {
        var known = remembered?.Of<T>(path);
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (known is var (tag, _))
            request.Headers.IfNoneMatch.Add(tag);
        using var limit = cancellationToken.WithTimeout(within);
        try
        {
            using var answer = await client.SendAsync(request, limit.Token);
            if (answer.StatusCode is HttpStatusCode.NotFound)
                return null;
            // One step only: what moved twice is known by its last place.
            if (
                answer.StatusCode is HttpStatusCode.MovedPermanently
                && answer.Headers.Location is { } place
                && place.OriginalString != '/' + path
            )
                return await client.ReadAsync<T>(service, place.OriginalString.TrimStart('/'), within, cancellationToken, remembered);
            if (answer.StatusCode is HttpStatusCode.NotModified && known is var (_, standing))
                return standing;
            answer.EnsureSuccessStatusCode();
            var value = await answer.Content.ReadFromJsonAsync<T>(Json, limit.Token) ?? throw new ServiceUnavailableException(service);
            if (answer.Headers.ETag is { } given)
                remembered?.Keep(path, given, value);
            return value;
        }
        catch (Exception error)
            when (error is HttpRequestException or JsonException or NotSupportedException or IOException
                || error is OperationCanceledException && !cancellationToken.IsCancellationRequested
            )
        {
            throw new ServiceUnavailableException(service, error);
        }
    }
}
