using Hosting.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace Catalog;

/// <summary>Conditional requests (RFC 9110, 13): GETs that need no body, and edits that must not overwrite another's.</summary>
internal static class Conditional
{
    public static readonly StatusCodeHttpResult NotModified = TypedResults.StatusCode(StatusCodes.Status304NotModified);

    public static string Strong(Tool tool) => Strong(tool.Version);

    public static string Strong(long version) => $"\"{version}\"";

    /// <summary>A comparison shows two whole tools, so that a change of any of the three makes it another.</summary>
    public static string Strong(Comparison comparison) =>
        Strong(comparison.Version, comparison.Tools[0].Version, comparison.Tools[1].Version);

    public static string Strong(long comparison, long a, long b) => $"\"{comparison}-{a}-{b}\"";

    /// <summary>
    /// True when the client has something already; it is worth finding out then whether that still stands before all of it is read.
    /// </summary>
    public static bool Asked(HttpContext context) => context.Request.Headers.IfNoneMatch.Count > 0;

    public static string Strong(Store.ReviewerRow reviewer) => $"\"{reviewer.Version}\"";

    /// <summary>Of the whole catalog.</summary>
    public static string StrongStamp(string stamp) => $"\"{stamp}\"";

    /// <summary>Lists change with any edit; weak since the same list may then bear a new tag.</summary>
    public static string Weak(string stamp) => $"W/\"{stamp}\"";

    /// <summary>Sets the tag of the answer and says whether the reader has it already.</summary>
    public static bool Has(HttpContext context, string etag)
    {
        context.Response.Headers.ETag = etag;
        context.Response.Headers.CacheControl = "no-cache";
        return EntityTagHeaderValue.TryParseList(context.Request.Headers.IfNoneMatch, out var known)
            && known.Any(tag =>
                tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(EntityTagHeaderValue.Parse(etag), useStrongComparison: false)
            );
    }

    /// <summary>Whether an edit may go on, given how the thing stands now.</summary>
    /// <param name="etag">The tag it has now; null when there is no such thing yet.</param>
    /// <param name="required">Whether a change of what exists must name the version it is based on.</param>
    /// <returns>Null, or the refusal: 400, 412 or 428.</returns>
    public static ProblemHttpResult? Refusal(HttpRequest request, string? etag, bool required = true)
    {
        if (request.Headers.IfNoneMatch.Count > 0)
        {
            if (request.Headers.IfNoneMatch != "*")
                return Problems.Of(400, "malformed-request", "If-None-Match of an edit can only be *, which means: create, never change.");
            if (etag is not null)
                return Conflict("It exists already, and If-None-Match: * asked to create it.");
        }

        if (request.Headers.IfMatch.Count == 0)
        {
            return etag is not null && required
                ? Problems.Of(428, "if-match-required", "Send If-Match with the ETag you read, so that nobody's edit is lost.")
                : null;
        }

        if (!EntityTagHeaderValue.TryParseList(request.Headers.IfMatch, out var expected))
            return Problems.Of(400, "malformed-request", "If-Match holds no ETag.");
        return
            etag is not null
            && expected.Any(tag =>
                tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(EntityTagHeaderValue.Parse(etag), useStrongComparison: true)
            )
            ? null
            : Conflict("It was changed since you read it. Read it again and repeat the edit on what you find.");
    }

    private static ProblemHttpResult Conflict(string detail) => Problems.Of(412, "edit-conflict", detail);
}
