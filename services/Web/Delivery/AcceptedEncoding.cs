using Microsoft.Net.Http.Headers;

namespace Web.Delivery;

/// <summary>
/// Every way to write Accept-Encoding becomes one of the three that are served: <c>br</c>, <c>gzip</c> or none. The page cache keeps a
/// copy for each, and one for each spelling would let anyone render pages again with a header.
/// </summary>
internal static class AcceptedEncoding
{
    private static readonly string[] Served = ["br", "gzip"];

    public static void UseAcceptedEncoding(this WebApplication app) =>
        app.Use(
            (context, next) =>
            {
                var headers = context.Request.Headers;
                if (headers.AcceptEncoding.Count > 0)
                    headers.AcceptEncoding = Of(headers.AcceptEncoding);
                return next(context);
            }
        );

    internal static string? Of(IList<string?> header)
    {
        if (!StringWithQualityHeaderValue.TryParseList((IList<string>)header, out var accepted))
            return null;
        return Array.Find(
            Served,
            encoding => accepted.Any(one => one.Quality is not 0 && one.Value.Equals(encoding, StringComparison.OrdinalIgnoreCase))
        );
    }
}
