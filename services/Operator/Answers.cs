using System.Net.Http.Json;
using System.Text.Json;

namespace Operator;

/// <summary>What a part of the site answers, read as JSON.</summary>
internal static class Answers
{
    /// <exception cref="HttpRequestException">No answer, or an error.</exception>
    /// <exception cref="UnusableException">The answer is not JSON of that shape.</exception>
    public static async Task<T> ReadAsync<T>(this HttpClient http, Uri address, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await http.GetFromJsonAsync<T>(address, cancellationToken) ?? throw Unreadable(null);
        }
        catch (Exception error) when (error is JsonException or NotSupportedException or InvalidOperationException)
        {
            // The latter two are what a charset nobody knows makes of it.
            throw Unreadable(error);
        }

        UnusableException Unreadable(Exception? error) =>
            new($"{address.GetLeftPart(UriPartial.Path)} does not answer with the JSON of this product.", error);
    }
}
