using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hosting;

namespace Web.Services;

/// <summary>What Catalog said.</summary>
/// <param name="Status">200, 201 or 204 done, 400 with <paramref name="Errors"/>, 401, 403, 404, 412 changed by somebody else.</param>
/// <param name="Type">Of the problem, such as <c>urn:problem-type:edit-conflict</c>.</param>
/// <param name="Errors">Problems by the field's path.</param>
/// <param name="Tag">Of what was read or written.</param>
internal sealed record Answer(
    HttpStatusCode Status,
    JsonNode? Body,
    string? Tag,
    string? Type,
    string? Detail,
    IReadOnlyDictionary<string, string[]> Errors
)
{
    public bool Done => (int)Status is >= 200 and < 300;

    /// <summary>The sign-in would not do.</summary>
    public bool Refused => Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden;

    public bool Conflict => Status is HttpStatusCode.PreconditionFailed or HttpStatusCode.PreconditionRequired;

    /// <summary>What somebody else changed is what readers see, not the draft.</summary>
    public bool OfPublished => Type?.EndsWith("publish-conflict", StringComparison.Ordinal) == true;
}

/// <summary>Speaks to Catalog's editing API in an editor's name.</summary>
internal sealed class EditorClient(IHttpClientFactory clients)
{
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(10);

    private sealed record Problem(string? Type, string? Detail, Dictionary<string, string[]>? Errors);

    /// <exception cref="ServiceUnavailableException">Catalog does not answer.</exception>
    public Task<Answer> ReadAsync(string path, string? token, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, path, token, null, null, cancellationToken);

    /// <param name="tag">Of the version this is based on, <c>*</c> for whichever there is, or null to create.</param>
    /// <exception cref="ServiceUnavailableException">Catalog does not answer.</exception>
    public Task<Answer> WriteAsync(
        HttpMethod method,
        string path,
        string? token,
        string? tag,
        HttpContent? body,
        CancellationToken cancellationToken
    ) => SendAsync(method, path, token, (tag is null ? "If-None-Match" : "If-Match", tag ?? "*"), body, cancellationToken);

    /// <param name="tag">Of the version this is based on; null or empty to create.</param>
    /// <exception cref="ServiceUnavailableException">Catalog does not answer.</exception>
    public Task<Answer> PutAsync(string path, string token, string? tag, JsonObject document, CancellationToken cancellationToken) =>
        WriteAsync(HttpMethod.Put, path, token, Named(tag), JsonContent.Create(document), cancellationToken);

    /// <param name="tag">Of the version this is based on.</param>
    /// <exception cref="ServiceUnavailableException">Catalog does not answer.</exception>
    public Task<Answer> DeleteAsync(string path, string token, string? tag, CancellationToken cancellationToken) =>
        WriteAsync(HttpMethod.Delete, path, token, tag, null, cancellationToken);

    /// <summary>Saves a draft as it is, right or wrong.</summary>
    /// <param name="tag">Of the draft this is based on; empty to create.</param>
    /// <param name="version">The published version that the draft is based on; 0 for something new.</param>
    /// <exception cref="ServiceUnavailableException">Catalog does not answer.</exception>
    public Task<Answer> SaveDraftAsync(
        string path,
        string token,
        string tag,
        long version,
        JsonObject document,
        CancellationToken cancellationToken
    ) => WriteAsync(HttpMethod.Put, path, token, Named(tag), Draft(version, document), cancellationToken);

    /// <summary>Publishes what is sent, or keeps it as the draft; parameters as of <see cref="SaveDraftAsync"/>.</summary>
    /// <exception cref="ServiceUnavailableException">Catalog does not answer.</exception>
    public Task<Answer> PublishDraftAsync(
        string path,
        string token,
        string tag,
        long version,
        JsonObject document,
        CancellationToken cancellationToken
    ) => WriteAsync(HttpMethod.Post, path + "/publish", token, Named(tag), Draft(version, document), cancellationToken);

    /// <returns>The latest edits, or the status that refuses this token.</returns>
    /// <exception cref="ServiceUnavailableException">Catalog does not answer.</exception>
    public async Task<(EditList? Edits, HttpStatusCode Status)> EditsAsync(string token, string query, CancellationToken cancellationToken)
    {
        var answer = await ReadAsync("api/edits" + query, token, cancellationToken);
        return (answer.Done ? answer.Body.Deserialize<EditList>(JsonSerializerOptions.Web) : null, answer.Status);
    }

    /// <returns>Every draft, the latest first, or the status that refuses this token.</returns>
    /// <exception cref="ServiceUnavailableException">Catalog does not answer.</exception>
    public async Task<(IReadOnlyList<DraftLine>? Drafts, HttpStatusCode Status)> DraftsAsync(
        string token,
        CancellationToken cancellationToken
    )
    {
        var answer = await ReadAsync("api/drafts", token, cancellationToken);
        return (answer.Done ? answer.Body.Deserialize<List<DraftLine>>(JsonSerializerOptions.Web) : null, answer.Status);
    }

    /// <summary>The bytes of the export, handed on as they come.</summary>
    /// <exception cref="ServiceUnavailableException">Catalog does not answer.</exception>
    public async Task<(byte[]? File, string? Name, HttpStatusCode Status)> ExportAsync(string token, CancellationToken cancellationToken)
    {
        using var answer = await AskAsync(HttpMethod.Get, "api/catalog/export", token, null, null, cancellationToken);
        return answer.IsSuccessStatusCode
            ? (
                await answer.Content.ReadAsByteArrayAsync(cancellationToken),
                answer.Content.Headers.ContentDisposition?.FileName?.Trim('"'),
                answer.StatusCode
            )
            : (null, null, answer.StatusCode);
    }

    private static string? Named(string? tag) => string.IsNullOrEmpty(tag) ? null : tag;

    private static JsonContent Draft(long version, JsonObject document) =>
        JsonContent.Create(new JsonObject { ["base"] = version, ["document"] = document.DeepClone() });

    private async Task<Answer> SendAsync(
        HttpMethod method,
        string path,
        string? token,
        (string Name, string Value)? condition,
        HttpContent? body,
        CancellationToken cancellationToken
    )
    {
        using var answer = await AskAsync(method, path, token, condition, body, cancellationToken);
        if (answer.StatusCode >= HttpStatusCode.InternalServerError)
            throw new ServiceUnavailableException("Catalog");
        var tag = answer.Headers.ETag?.ToString();
        if (answer.Content.Headers.ContentType?.MediaType == "application/problem+json")
        {
            var problem = await answer.Content.ReadFromJsonAsync<Problem>(cancellationToken);
            return new(answer.StatusCode, null, tag, problem?.Type, problem?.Detail, problem?.Errors ?? []);
        }

        var json =
            answer.Content.Headers.ContentType?.MediaType == "application/json"
                ? await answer.Content.ReadFromJsonAsync<JsonNode>(cancellationToken)
                : null;
        return new(answer.StatusCode, json, tag, null, null, new Dictionary<string, string[]>());
    }

    private async Task<HttpResponseMessage> AskAsync(
        HttpMethod method,
        string path,
        string? token,
        (string Name, string Value)? condition,
        HttpContent? body,
        CancellationToken cancellationToken
    )
    {
        using var limit = cancellationToken.WithTimeout(Within);
        using var request = new HttpRequestMessage(method, path) { Content = body };
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (condition is var (name, value))
            request.Headers.TryAddWithoutValidation(name, value);
        try
        {
            return await clients.CreateClient("Catalog").SendAsync(request, limit.Token);
        }
        catch (Exception error)
            when (error is HttpRequestException || error is OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw new ServiceUnavailableException("Catalog", error);
        }
    }
}

/// <summary>One edit in the history.</summary>
public sealed record EditLine(long Id, DateTimeOffset At, string Editor, string Kind, string Slug, JsonElement? Before, JsonElement? After);

public sealed record EditList(IReadOnlyList<EditLine> Edits, long? Next);

/// <param name="Kind">tools or comparisons.</param>
/// <param name="New">Whether readers see nothing of it yet.</param>
public sealed record DraftLine(string Kind, string Slug, string? Name, bool New, string Editor, DateTimeOffset SavedAt);
