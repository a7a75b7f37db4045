using System.Net;

namespace Operator.PublicLog;

/// <summary>A log that a site serves.</summary>
/// <param name="prefix">Where <c>checkpoint</c> is; ends in a slash.</param>
internal sealed class SiteFiles(HttpClient http, Uri prefix) : ILogFiles
{
    private const int MostAttempts = 6;
    private const int MostAttemptsUnanswered = 3;

    public string Place => prefix.ToString();

    public Uri Origin { get; } = new(prefix.GetLeftPart(UriPartial.Authority) + "/");

    /// <returns>The log at that address; a site's bare address stands for its <c>/log/</c>.</returns>
    public static SiteFiles Open(HttpClient http, Uri address)
    {
        var path = address.AbsolutePath.TrimEnd('/');
        return new SiteFiles(http, new Uri(address, (path.Length == 0 ? "/log" : path) + "/"));
    }

    public async Task<byte[]?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await http.GetByteArrayAsync(new Uri(prefix, path), cancellationToken);
            }
            catch (HttpRequestException missing) when (missing.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone)
            {
                return null;
            }
            catch (HttpRequestException error) when (attempt < AttemptsFor(error.StatusCode))
            {
                // Twice as long each time: within a minute a rate limit has let go.
                await Task.Delay(TimeSpan.FromSeconds(1 << (attempt - 1)), cancellationToken);
            }
        }
    }

    private static int AttemptsFor(HttpStatusCode? status) =>
        status switch
        {
            null => MostAttemptsUnanswered,
            HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError => MostAttempts,
            _ => 1,
        };
}
