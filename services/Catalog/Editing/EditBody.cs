using System.Text.Json;
using Hosting.Http;
using Hosting.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace Catalog.Editing;

/// <summary>Reads an edit's JSON. By hand, since the framework's own answer to a wrong type says neither which field nor why.</summary>
internal static class EditBody
{
    public static async Task<(T? Edit, ProblemHttpResult? Refusal)> ReadAsync<T>(
        HttpContext context,
        CancellationToken cancellationToken,
        string most = "64 KiB"
    )
        where T : class
    {
        if (!context.Request.HasJsonContentType())
            return (null, Problems.Of(415, "unsupported-media-type", "Send the edit as application/json."));
        try
        {
            var json = context.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
            return await context.Request.ReadFromJsonAsync<T>(json, cancellationToken) is { } edit
                ? (edit, null)
                : (null, Malformed("The body is null."));
        }
        catch (JsonException error)
        {
            // Its message would name this program's types.
            return (
                null,
                Malformed(
                    error.Path is { Length: > 0 } path
                        ? $"The body is no JSON of the expected shape at {path.Cut(200)} (line {error.LineNumber + 1})."
                        : "The body is no JSON."
                )
            );
        }
        catch (BadHttpRequestException error)
        {
            return (
                null,
                error.StatusCode == 413
                    ? Problems.Of(413, "body-too-large", $"This takes at most {most}.")
                    : Malformed("The body could not be read.")
            );
        }
    }

    public static ValidationProblem Invalid(EditErrors check) =>
        TypedResults.ValidationProblem(check.Errors, detail: "Some fields need your attention.", type: Problems.TypeOf("invalid-edit"));

    private static ProblemHttpResult Malformed(string detail) => Problems.Of(400, "malformed-request", detail);
}
