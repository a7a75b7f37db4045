using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Web.Editors;

/// <summary>What Catalog said to an edit.</summary>
/// <param name="Status">200 or 201 done, 400 with <paramref name="Errors"/>, 401, 403, 404, 412 changed by somebody else, 503.</param>
/// <param name="Errors">Problems by the field's path.</param>
internal sealed record Saved(HttpStatusCode Status, IReadOnlyDictionary<string, string[]> Errors, string? Detail)
{
    public bool Done => (int)Status is >= 200 and < 300;
}

/// <summary>A document as it stands in Catalog, and the tag that an edit of it has to name.</summary>
internal sealed record Document(JsonObject Fields, string? Tag);

/// <summary>Speaks to Catalog's editing API in an editor's name.</summary>
internal sealed class EditorClient(IHttpClientFactory clients)
{
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(10);

    private sealed record Problem(string? Detail, Dictionary<string, string[]>? Errors);

    /// <returns>The document, or null when there is none.</returns>
    /// <exception cref="ServiceAway">Catalog does not answer.</exception>
    public async Task<Document?> FindAsync(string path, CancellationToken stop)
    {
        using var answer = await SendAsync(HttpMethod.Get, path, null, null, null, stop);
        if (answer.StatusCode is HttpStatusCode.NotFound)
            return null;
        return answer.IsSuccessStatusCode && await answer.Content.ReadFromJsonAsync<JsonObject>(stop) is { } fields
            ? new Document(fields, answer.Headers.ETag?.ToString())
            : throw new ServiceAway("Catalog");
    }

    /// <param name="tag">Of the version the edit is based on; null to create.</param>
    /// <exception cref="ServiceAway">Catalog does not answer.</exception>
    public async Task<Saved> SaveAsync(HttpMethod method, string path, string token, string? tag, JsonObject? fields, CancellationToken stop)
    {
        using var answer = await SendAsync(method, path, token, tag, fields, stop);
        if (answer.IsSuccessStatusCode)
            return new Saved(answer.StatusCode, new Dictionary<string, string[]>(), null);
        if (answer.StatusCode >= HttpStatusCode.InternalServerError)
            throw new ServiceAway("Catalog");
        var problem = answer.Content.Headers.ContentType?.MediaType == "application/problem+json" ? await answer.Content.ReadFromJsonAsync<Problem>(stop) : null;
        return new Saved(answer.StatusCode, problem?.Errors ?? [], problem?.Detail);
    }

    /// <returns>The latest edits, or the status that refuses this token.</returns>
    /// <exception cref="ServiceAway">Catalog does not answer.</exception>
    public async Task<(EditList? Edits, HttpStatusCode Status)> EditsAsync(string token, long? before, CancellationToken stop)
    {
        using var answer = await SendAsync(HttpMethod.Get, "api/edits" + (before is null ? "" : $"?before={before}"), token, null, null, stop);
        return answer.IsSuccessStatusCode ? (await answer.Content.ReadFromJsonAsync<EditList>(stop), answer.StatusCode)
            : answer.StatusCode >= HttpStatusCode.InternalServerError ? throw new ServiceAway("Catalog")
            : (null, answer.StatusCode);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? token, string? tag, JsonObject? fields, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Within);
        using var request = new HttpRequestMessage(method, path) { Content = fields is null ? null : JsonContent.Create(fields) };
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (method != HttpMethod.Get)
            request.Headers.TryAddWithoutValidation(tag is null ? "If-None-Match" : "If-Match", tag ?? "*");
        try
        {
            return await clients.CreateClient("Catalog").SendAsync(request, limit.Token);
        }
        catch (Exception error) when (error is HttpRequestException or JsonException || error is OperationCanceledException && !stop.IsCancellationRequested)
        {
            throw new ServiceAway("Catalog", error);
        }
    }
}

/// <summary>One edit in the history.</summary>
public sealed record EditLine(long Id, DateTimeOffset At, string Editor, string Kind, string Slug, JsonElement? Before, JsonElement? After);

public sealed record EditList(IReadOnlyList<EditLine> Edits, long? Next);
