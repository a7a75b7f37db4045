using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Hosting.Http;

/// <summary>
/// JSON is UTF-8 (RFC 8259), however its sender spells that. The framework's readers take the charset by its exact name and throw for any
/// other, quoted ones too; so it is settled once, before any of them.
/// </summary>
internal static class JsonCharset
{
    public static void UseJsonCharset(this WebApplication app) =>
        app.Use(
            (context, next) =>
            {
                var request = context.Request;
                if (
                    request.ContentType is not { } type
                    || !type.Contains("charset", StringComparison.OrdinalIgnoreCase)
                    || !request.HasJsonContentType()
                )
                    return next(context);
                var media = MediaTypeHeaderValue.Parse(type);
                if (media.Charset.HasValue && !IsUtf8(HeaderUtilities.RemoveQuotes(media.Charset)))
                    return Problems
                        .Of(415, "unsupported-charset", "JSON is read as UTF-8; send it so, with charset=utf-8 or none.")
                        .ExecuteAsync(context);
                request.ContentType = media.MediaType.Value;
                return next(context);
            }
        );

    // US-ASCII is a part of UTF-8.
    private static bool IsUtf8(Microsoft.Extensions.Primitives.StringSegment charset) =>
        charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)
        || charset.Equals("utf8", StringComparison.OrdinalIgnoreCase)
        || charset.Equals("us-ascii", StringComparison.OrdinalIgnoreCase);
}
