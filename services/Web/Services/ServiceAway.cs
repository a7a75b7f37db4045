using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Web;

/// <summary>A service did not answer, or answered something that is no answer. The reader gets a 503 page that says when to come back.</summary>
internal sealed class ServiceAway(string service, Exception? cause = null) : Exception($"{service} is away", cause)
{
    public string Service => service;
}

internal static class Reading
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { MaxDepth = 32 };

    /// <returns>What the service answered, or null when it knows no such thing (404).</returns>
    /// <exception cref="ServiceAway">No answer within the time, an error, or JSON of another shape.</exception>
    public static async Task<T?> ReadAsync<T>(this HttpClient client, string service, string path, TimeSpan within, CancellationToken stop)
        where T : class
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(within);
        try
        {
            using var answer = await client.GetAsync(path, limit.Token);
            if (answer.StatusCode is HttpStatusCode.NotFound)
                return null;
            answer.EnsureSuccessStatusCode();
            return await answer.Content.ReadFromJsonAsync<T>(Json, limit.Token) ?? throw new ServiceAway(service);
        }
        catch (Exception error) when (error is HttpRequestException or JsonException or NotSupportedException or IOException
            || error is OperationCanceledException && !stop.IsCancellationRequested)
        {
            throw new ServiceAway(service, error);
        }
    }
}
