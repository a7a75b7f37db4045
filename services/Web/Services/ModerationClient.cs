using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Hosting;

namespace Web.Services;

/// <summary>Something that was done to a tool's votes.</summary>
/// <param name="Action">hold, release or void.</param>
/// <param name="Ship">By how much it moved the tool's ship votes.</param>
/// <param name="Skip">By how much it moved the tool's skip votes.</param>
/// <param name="Moderator"><c>rule</c> for a rule.</param>
public sealed record Moderation(
    long Id,
    string Tool,
    string Action,
    string Reason,
    long Votes,
    long Ship,
    long Skip,
    string Moderator,
    string Note,
    DateTimeOffset At
);

public sealed record ModerationList(IReadOnlyList<Moderation> Moderations, long Next);

public sealed record VoteGroup(long Ship, long Skip, long Networks)
{
    public long Total => Ship + Skip;
}

/// <summary>Voters of one network.</summary>
/// <param name="Network">How wide it is.</param>
public sealed record CohortGroup(
    string Id,
    string Network,
    VoteGroup Counted,
    VoteGroup Held,
    long Void,
    DateTimeOffset FirstAt,
    DateTimeOffset LastAt
);

public sealed record CaseMinute(DateTimeOffset Minute, long Ship, long Skip, long Crowded);

/// <summary>A tool whose votes somebody should look at; members as of Voting's API.</summary>
public sealed record IntegrityCase(
    long Id,
    string Tool,
    string Finding,
    double StandardErrors,
    DateTimeOffset OpenedAt,
    DateTimeOffset? DecidedAt,
    VoteGroup Suspects,
    VoteGroup Held,
    VoteGroup Counted,
    IReadOnlyList<CohortGroup> Groups,
    IReadOnlyList<CaseMinute> Minutes
);

/// <summary>Speaks to Voting's moderation API.</summary>
internal sealed class ModerationClient(IHttpClientFactory clients)
{
    private const int PageLength = 1000;
    private static readonly TimeSpan ToShow = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ToDecide = TimeSpan.FromSeconds(30);

    private sealed record Problem(string? Detail);

    /// <returns>Everything that was done, newest first.</returns>
    /// <exception cref="ServiceUnavailableException">Voting does not answer.</exception>
    public async Task<IReadOnlyList<Moderation>> ListAsync(CancellationToken cancellationToken)
    {
        var all = new List<Moderation>();
        for (long after = 0; ;)
        {
            var page = await clients
                .CreateClient("Voting")
                .ReadAsync<ModerationList>("Voting", $"api/moderation?after={after}&limit={PageLength}", ToShow, cancellationToken);
            all.AddRange(page?.Moderations ?? []);
            if (page is null || page.Moderations.Count < PageLength)
                return [.. all.AsEnumerable().Reverse()];
            after = page.Next;
        }
    }

    /// <param name="token">The moderator's.</param>
    /// <returns>The cases, or the status that refuses this token.</returns>
    /// <exception cref="ServiceUnavailableException">Voting does not answer.</exception>
    public async Task<(IReadOnlyList<IntegrityCase>? Cases, HttpStatusCode Status)> CasesAsync(
        string token,
        CancellationToken cancellationToken
    )
    {
        using var answer = await SendAsync(HttpMethod.Get, "api/moderation/cases", token, null, cancellationToken);
        return answer.IsSuccessStatusCode
            ? (await answer.Content.ReadFromJsonAsync<List<IntegrityCase>>(JsonSerializerOptions.Web, cancellationToken), answer.StatusCode)
            : (null, answer.StatusCode);
    }

    /// <param name="action">hold, release or void.</param>
    /// <param name="group">One of the case's; null for all of it.</param>
    /// <returns>Null when it was done, else why not, and the status.</returns>
    /// <exception cref="ServiceUnavailableException">Voting does not answer.</exception>
    public async Task<(string? Problem, HttpStatusCode Status)> DecideAsync(
        string token,
        long id,
        string action,
        string reason,
        string note,
        string? group,
        CancellationToken cancellationToken
    )
    {
        using var body = JsonContent.Create(
            new
            {
                reason,
                note,
                group,
            }
        );
        using var answer = await SendAsync(HttpMethod.Post, $"api/moderation/cases/{id}/{action}", token, body, cancellationToken);
        if (answer.IsSuccessStatusCode)
            return (null, answer.StatusCode);
        var problem =
            answer.Content.Headers.ContentType?.MediaType == "application/problem+json"
                ? await answer.Content.ReadFromJsonAsync<Problem>(JsonSerializerOptions.Web, cancellationToken)
                : null;
        return (problem?.Detail ?? "It was not done.", answer.StatusCode);
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string path,
        string token,
        HttpContent? body,
        CancellationToken cancellationToken
    )
    {
        using var limit = cancellationToken.WithTimeout(ToDecide);
        using var request = new HttpRequestMessage(method, path) { Content = body };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        try
        {
            var answer = await clients.CreateClient("Voting").SendAsync(request, limit.Token);
            return answer.StatusCode < HttpStatusCode.InternalServerError ? answer : throw new ServiceUnavailableException("Voting");
        }
        catch (Exception error)
            when (error is HttpRequestException || error is OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw new ServiceUnavailableException("Voting", error);
        }
    }
}
