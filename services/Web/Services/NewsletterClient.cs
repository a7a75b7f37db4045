using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Hosting;

namespace Web.Services;

public sealed record IssueLink(string Title, string Path, string? Note);

public sealed record IssueSection(string Title, IReadOnlyList<IssueLink> Links);

/// <summary>An issue; the sections are there only when the issue itself was asked for.</summary>
public sealed record Issue(
    string Week,
    string Title,
    DateTimeOffset PublishedAt,
    string? Intro,
    IReadOnlyList<IssueSection>? Sections = null
);

public sealed record IssueArchive(IReadOnlyList<Issue> Issues);

/// <summary>The next issue as it would go out now.</summary>
/// <param name="Issue">Null, as are the mail's parts, while there is nothing to tell.</param>
public sealed record IssuePreview(string Week, DateTimeOffset DueAt, Issue? Issue, string? Html, string? Text);

/// <summary>Speaks to Newsletter for its pages and forms.</summary>
internal sealed class NewsletterClient(IHttpClientFactory clients)
{
    private static readonly TimeSpan ToShow = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ToSend = TimeSpan.FromSeconds(10);

    // It asks about every tool.
    private static readonly TimeSpan ToCompose = TimeSpan.FromSeconds(30);

    /// <returns>The archive, newest first, or null when Newsletter is unavailable: the sign-up is shown all the same.</returns>
    public async Task<IReadOnlyList<Issue>?> ArchiveAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await Client.ReadAsync<IssueArchive>("Newsletter", "api/newsletter/issues", ToShow, cancellationToken))?.Issues ?? [];
        }
        catch (ServiceUnavailableException)
        {
            return null;
        }
    }

    public Task<Issue?> IssueAsync(string week, CancellationToken cancellationToken) =>
        Client.ReadAsync<Issue>("Newsletter", $"api/newsletter/issues/{week}", ToShow, cancellationToken);

    /// <param name="token">The editor's.</param>
    /// <returns>The preview, or the status that refuses this token.</returns>
    /// <exception cref="ServiceUnavailableException">No answer, or one above 500.</exception>
    public async Task<(IssuePreview? Preview, HttpStatusCode Status)> PreviewAsync(string token, CancellationToken cancellationToken)
    {
        using var limit = cancellationToken.WithTimeout(ToCompose);
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/newsletter/preview");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        try
        {
            using var answer = await Client.SendAsync(request, limit.Token);
            return answer.IsSuccessStatusCode ? (await answer.Content.ReadFromJsonAsync<IssuePreview>(limit.Token), answer.StatusCode)
                : answer.StatusCode >= HttpStatusCode.InternalServerError ? throw new ServiceUnavailableException("Newsletter")
                : (null, answer.StatusCode);
        }
        catch (Exception error)
            when (error is HttpRequestException or JsonException
                || error is OperationCanceledException && !cancellationToken.IsCancellationRequested
            )
        {
            throw new ServiceUnavailableException("Newsletter", error);
        }
    }

    /// <param name="context">The reader's request; host and address are passed on.</param>
    /// <param name="path">Which form: subscriptions, confirmations or unsubscriptions.</param>
    /// <param name="body">What it says.</param>
    /// <exception cref="ServiceUnavailableException">No answer, or one above 500.</exception>
    public async Task<(HttpStatusCode Status, int RetryAfter)> SendAsync(HttpContext context, string path, object body)
    {
        using var limit = context.RequestAborted.WithTimeout(ToSend);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"api/newsletter/{path}") { Content = JsonContent.Create(body) };
        request.Headers.Host = context.Request.Host.ToUriComponent();
        if (context.Connection.RemoteIpAddress is { } address)
            request.Headers.TryAddWithoutValidation("X-Forwarded-For", address.ToString());
        try
        {
            using var answer = await Client.SendAsync(request, limit.Token);
            if (answer.StatusCode >= HttpStatusCode.InternalServerError)
                throw new ServiceUnavailableException("Newsletter");
            return (answer.StatusCode, (int)(answer.Headers.RetryAfter?.Delta?.TotalSeconds ?? 60));
        }
        catch (Exception error)
            when (error is HttpRequestException || error is OperationCanceledException && !context.RequestAborted.IsCancellationRequested)
        {
            throw new ServiceUnavailableException("Newsletter", error);
        }
    }

    private HttpClient Client => clients.CreateClient("Newsletter");
}
