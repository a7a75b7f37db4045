using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Hosting;

namespace Web.Services;

public sealed record WebhookConditions(IReadOnlyList<string>? Tools = null, IReadOnlyList<long>? Votes = null);

public sealed record WebhookEvent(string Type, WebhookConditions? Conditions = null);

/// <summary>An endpoint as Webhooks shows it; the secret is there only in the answer that makes it.</summary>
public sealed record Webhook(
    string Id,
    string Url,
    IReadOnlyList<WebhookEvent> Events,
    string Status,
    string? Notice,
    string? PublicKey,
    DateTimeOffset CreatedAt,
    string? Secret = null
);

public sealed record WebhookDelivery(
    string Id,
    string Type,
    string Subject,
    string State,
    long Attempts,
    DateTimeOffset CreatedAt,
    DateTimeOffset? NextAt,
    string? Problem,
    string Payload
);

public sealed record WebhookDeliveries(IReadOnlyList<WebhookDelivery> Deliveries, string? Next);

/// <summary>Speaks to Webhooks in an editor's name.</summary>
internal sealed class WebhooksClient(IHttpClientFactory clients)
{
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(10);

    private sealed record Problem(string? Detail);

    private sealed record WebhookList(IReadOnlyList<Webhook> Webhooks);

    /// <returns>Every endpoint, or the status that refuses this token.</returns>
    /// <exception cref="ServiceUnavailableException">No answer, or one above 500.</exception>
    public async Task<(IReadOnlyList<Webhook>? Webhooks, HttpStatusCode Status)> ListAsync(
        string token,
        CancellationToken cancellationToken
    )
    {
        var (list, status, _) = await SendAsync<WebhookList>(HttpMethod.Get, "", token, null, cancellationToken);
        return (list?.Webhooks, status);
    }

    /// <param name="method">Post or Delete, or Get for deliveries.</param>
    /// <param name="path">Below <c>api/webhooks</c>.</param>
    /// <returns>What was answered, or why it was not done.</returns>
    /// <exception cref="ServiceUnavailableException">No answer, or one above 500.</exception>
    public async Task<(T? Answer, HttpStatusCode Status, string? Detail)> SendAsync<T>(
        HttpMethod method,
        string path,
        string token,
        object? body,
        CancellationToken cancellationToken
    )
        where T : class
    {
        using var limit = cancellationToken.WithTimeout(Within);
        using var request = new HttpRequestMessage(method, "api/webhooks" + path);
        if (body is not null)
            request.Content = JsonContent.Create(body);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        try
        {
            using var answer = await clients.CreateClient("Webhooks").SendAsync(request, limit.Token);
            if (answer.StatusCode >= HttpStatusCode.InternalServerError)
                throw new ServiceUnavailableException("Webhooks");
            if (answer.Content.Headers.ContentType?.MediaType == "application/problem+json")
                return (null, answer.StatusCode, (await answer.Content.ReadFromJsonAsync<Problem>(limit.Token))?.Detail);
            return answer.StatusCode is HttpStatusCode.NoContent || !answer.IsSuccessStatusCode
                ? (null, answer.StatusCode, null)
                : (await answer.Content.ReadFromJsonAsync<T>(limit.Token), answer.StatusCode, null);
        }
        catch (Exception error)
            when (error is HttpRequestException or JsonException
                || error is OperationCanceledException && !cancellationToken.IsCancellationRequested
            )
        {
            throw new ServiceUnavailableException("Webhooks", error);
        }
    }
}
