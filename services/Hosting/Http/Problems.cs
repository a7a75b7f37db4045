using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hosting.Http;

/// <summary>Errors as <c>application/problem+json</c> (RFC 9457) with a <c>type</c> that stays the same between releases.</summary>
public static class Problems
{
    /// <param name="status">The HTTP status.</param>
    /// <param name="type">What went wrong as a stable kebab-case name; becomes <c>urn:problem-type:{type}</c>.</param>
    /// <param name="detail">One sentence for the person who reads it.</param>
    /// <param name="more">Further members of the problem.</param>
    public static ProblemHttpResult Of(int status, string type, string detail, IDictionary<string, object?>? more = null) =>
        TypedResults.Problem(detail, statusCode: status, type: TypeOf(type), title: Title(status), extensions: more);

    /// <summary>The same, after a Retry-After header of that many seconds.</summary>
    public static ProblemHttpResult Retry(
        HttpContext context,
        int status,
        string type,
        string detail,
        int seconds,
        IDictionary<string, object?>? more = null
    )
    {
        context.Response.Headers.RetryAfter = seconds.ToString();
        return Of(status, type, detail, more);
    }

    /// <summary>Says why, for a status that was set without a word.</summary>
    internal static Task ExplainAsync(HttpContext context)
    {
        var status = context.Response.StatusCode;
        return TypedResults.Problem(statusCode: status, type: TypeOf(NameOf(status)), title: Title(status)).ExecuteAsync(context);
    }

    public static string TypeOf(string name) => $"urn:problem-type:{name}";

    /// <summary>Gives problems that the framework made (unreadable JSON, wrong method…) our stable types too.</summary>
    internal static void Complete(ProblemDetailsContext context)
    {
        var problem = context.ProblemDetails;
        var status = problem.Status ?? context.HttpContext.Response.StatusCode;
        if (problem.Type is null || !problem.Type.StartsWith("urn:", StringComparison.Ordinal))
        {
            problem.Type = TypeOf(NameOf(status));
            problem.Title = Title(status);
        }

        // Ties the answer to the log lines and the trace; holds nothing of the reader's.
        problem.Extensions["traceId"] = System.Diagnostics.Activity.Current?.TraceId.ToString() ?? context.HttpContext.TraceIdentifier;
    }

    private static string NameOf(int status) =>
        status switch
        {
            400 => "malformed-request",
            401 => "unauthenticated",
            403 => "forbidden",
            404 => "not-found",
            405 => "method-not-allowed",
            406 => "not-acceptable",
            412 => "edit-conflict",
            413 => "body-too-large",
            415 => "unsupported-media-type",
            421 => "unknown-host",
            429 => "too-many-requests",
            503 => "unavailable",
            _ => status >= 500 ? "internal-error" : "refused",
        };

    private static string Title(int status) => Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status);
}
