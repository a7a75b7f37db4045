using System.Net;
using System.Net.Http.Json;
using Microsoft.Net.Http.Headers;

namespace Web;

public sealed record OwnVote(string Tool, string? Choice, DateTimeOffset? At = null);

/// <summary>What became of a vote cast through a form.</summary>
internal enum Outcome { Cast, NoVoter, UnknownTool, TooMany, TooManyVoters, Away, Refused }

/// <summary>Speaks to Voting in the reader's name: the reader's cookie, host and address are passed on, nothing else of theirs.</summary>
internal sealed partial class VotingClient(IHttpClientFactory clients, Patience patience, ILogger<VotingClient> log)
{
    private sealed record Problem(string? Type);

    private sealed record OwnVotes(IReadOnlyList<OwnVote> Votes);

    private static readonly TimeSpan ToList = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ToCast = TimeSpan.FromSeconds(10);

    /// <summary>The reader's own votes by tool; empty for whoever has no voter, and when Voting does not answer in time: the page is shown all the same.</summary>
    public async Task<IReadOnlyDictionary<string, string>> OwnVotesAsync(HttpContext context)
    {
        var votes = await ReadOwnAsync(context, patience.Live);
        return votes?.ToDictionary(vote => vote.Tool, vote => vote.Choice!) ?? [];
    }

    /// <summary>The reader's own votes that stand, newest first; null when Voting does not answer.</summary>
    public Task<IReadOnlyList<OwnVote>?> AllOwnVotesAsync(HttpContext context) => ReadOwnAsync(context, ToList);

    /// <returns>The Set-Cookie lines that clear the cookie, none when there was nobody to forget; null when Voting did not do it.</returns>
    public async Task<string[]?> ForgetAsync(HttpContext context)
    {
        if (context.Request.VoterHeader() is not { } voter)
            return [];
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        limit.CancelAfter(ToCast);
        try
        {
            using var answer = await SendAsync(context, HttpMethod.Delete, "api/voters", voter, null, limit.Token);
            if (answer.StatusCode is not (HttpStatusCode.NoContent or HttpStatusCode.Unauthorized))
                return null;
            return answer.Headers.TryGetValues(HeaderNames.SetCookie, out var set) ? set.ToArray() : [];
        }
        catch (Exception error) when (error is HttpRequestException || error is OperationCanceledException && !context.RequestAborted.IsCancellationRequested)
        {
            NotForgotten(log, error.GetType().Name);
            return null;
        }
    }

    private async Task<IReadOnlyList<OwnVote>?> ReadOwnAsync(HttpContext context, TimeSpan within)
    {
        if (context.Request.VoterHeader() is not { } voter)
            return [];
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        limit.CancelAfter(within);
        try
        {
            using var answer = await SendAsync(context, HttpMethod.Get, "api/votes", voter, null, limit.Token);
            if (answer.StatusCode is HttpStatusCode.Unauthorized)
                return [];
            answer.EnsureSuccessStatusCode();
            var own = await answer.Content.ReadFromJsonAsync<OwnVotes>(limit.Token);
            return own?.Votes.Where(vote => vote.Choice is "ship" or "skip").ToList() ?? [];
        }
        catch (Exception error) when (error is HttpRequestException or System.Text.Json.JsonException or IOException
            || error is OperationCanceledException && !context.RequestAborted.IsCancellationRequested)
        {
            OwnVotesAway(log, error.GetType().Name);
            return null;
        }
    }

    /// <param name="context">The reader's request.</param>
    /// <param name="tool">The tool's slug.</param>
    /// <param name="choice">ship, skip or withdraw.</param>
    /// <param name="voter">The Cookie header that says who votes.</param>
    public async Task<(Outcome Outcome, int RetryAfter)> CastAsync(HttpContext context, string tool, string choice, string voter)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        limit.CancelAfter(ToCast);
        try
        {
            using var answer = choice == "withdraw"
                ? await SendAsync(context, HttpMethod.Delete, $"api/votes/{tool}", voter, null, limit.Token)
                : await SendAsync(context, HttpMethod.Put, $"api/votes/{tool}", voter, JsonContent.Create(new { choice }), limit.Token);
            return (answer.StatusCode switch
            {
                HttpStatusCode.OK => Outcome.Cast,
                HttpStatusCode.Unauthorized => Outcome.NoVoter,
                HttpStatusCode.NotFound => Outcome.UnknownTool,
                HttpStatusCode.TooManyRequests => (await answer.Content.ReadFromJsonAsync<Problem>(limit.Token))?.Type?.EndsWith("too-many-new-voters", StringComparison.Ordinal) == true ? Outcome.TooManyVoters : Outcome.TooMany,
                >= HttpStatusCode.InternalServerError => Outcome.Away,
                _ => Outcome.Refused,
            }, Seconds(answer));
        }
        catch (Exception error) when (error is HttpRequestException || error is OperationCanceledException && !context.RequestAborted.IsCancellationRequested)
        {
            NotCast(log, tool, error.GetType().Name);
            return (Outcome.Away, 5);
        }
    }

    /// <returns>The Set-Cookie lines for the reader and the Cookie header they amount to; null when Voting gave no voter, and then why and for how many seconds.</returns>
    public async Task<((string[] SetCookie, string Voter)? Made, Outcome Outcome, int RetryAfter)> NewVoterAsync(HttpContext context)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        limit.CancelAfter(ToCast);
        try
        {
            using var answer = await SendAsync(context, HttpMethod.Post, "api/voters", context.Request.VoterHeader(), null, limit.Token);
            if (!answer.IsSuccessStatusCode)
                return (null, answer.StatusCode is HttpStatusCode.TooManyRequests ? Outcome.TooMany : Outcome.Away, Seconds(answer));
            var lines = answer.Headers.TryGetValues(HeaderNames.SetCookie, out var set) ? set.ToArray() : [];
            var made = lines.Select(line => line.Split(';', 2)[0]).FirstOrDefault(pair => pair.Contains("voter=", StringComparison.Ordinal));
            return (made ?? context.Request.VoterHeader()) is { } voter ? ((lines, voter), Outcome.Cast, 0) : (null, Outcome.Away, 5);
        }
        catch (Exception error) when (error is HttpRequestException || error is OperationCanceledException && !context.RequestAborted.IsCancellationRequested)
        {
            NotCast(log, "", error.GetType().Name);
            return (null, Outcome.Away, 5);
        }
    }

    private static int Seconds(HttpResponseMessage answer) => (int)(answer.Headers.RetryAfter?.Delta?.TotalSeconds ?? 5);

    private async Task<HttpResponseMessage> SendAsync(
        HttpContext context, HttpMethod method, string path, string? voter, HttpContent? body, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        // Host and scheme decide whether the cookie is Secure and named __Host-; the address counts for the quota.
        request.Headers.Host = context.Request.Host.Value;
        request.Headers.TryAddWithoutValidation("X-Forwarded-Proto", context.Request.Scheme);
        if (context.Connection.RemoteIpAddress is { } address)
            request.Headers.TryAddWithoutValidation("X-Forwarded-For", address.ToString());
        if (voter is not null)
            request.Headers.TryAddWithoutValidation(HeaderNames.Cookie, voter);
        return await clients.CreateClient("Voting").SendAsync(request, stop);
    }

    [LoggerMessage(6004, LogLevel.Warning, "The page is shown without the reader's own votes: {Problem}")]
    private static partial void OwnVotesAway(ILogger log, string problem);

    [LoggerMessage(6007, LogLevel.Warning, "A reader could not be forgotten: {Problem}")]
    private static partial void NotForgotten(ILogger log, string problem);

    [LoggerMessage(6005, LogLevel.Warning, "A vote on '{Tool}' sent by form was not taken: {Problem}")]
    private static partial void NotCast(ILogger log, string tool, string problem);
}
