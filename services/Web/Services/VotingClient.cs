using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Hosting;
using Microsoft.Net.Http.Headers;
using Web.Requests;

namespace Web.Services;

/// <param name="State"><c>counted</c>, <c>held</c> or <c>void</c>.</param>
/// <param name="Reason">Why a vote is held.</param>
/// <param name="DecidedBy">By when it is decided whether a held vote counts.</param>
public sealed record OwnVote(
    string Tool,
    string? Choice,
    DateTimeOffset? At = null,
    string? State = null,
    string? Reason = null,
    DateTimeOffset? DecidedBy = null
);

/// <summary>How many of a tool's votes were found in the public log by their voters' browsers.</summary>
public sealed record VerifiedCounts(long Verified, long Voters);

/// <summary>What became of a vote cast through a form.</summary>
internal enum Outcome
{
    Cast,
    NoVoter,
    UnknownTool,
    TooMany,
    TooManyVoters,
    Unavailable,
    Refused,
}

/// <param name="RetryAfter">Seconds.</param>
/// <param name="SetCookie">The lines that leave a new voter with the reader.</param>
internal sealed record CastAnswer(Outcome Outcome, int RetryAfter, IReadOnlyList<string> SetCookie);

/// <summary>Speaks to Voting in the reader's name: the reader's cookie, host and address are passed on, nothing else of theirs.</summary>
internal sealed partial class VotingClient(IHttpClientFactory clients, Timeouts timeouts, ILogger<VotingClient> logger)
{
    private sealed record Problem(string? Type);

    private sealed record Vote(string Choice, string? Voter, string? Nonce);

    private sealed record OwnVotes(IReadOnlyList<OwnVote> Votes);

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private static readonly TimeSpan ToList = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ToCast = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The reader's own votes by tool; empty for readers without a voter, and when Voting does not answer in time: the page is shown all
    /// the same.
    /// </summary>
    public async Task<IReadOnlyDictionary<string, string>> OwnVotesAsync(HttpContext context)
    {
        var votes = await ReadOwnAsync(context, timeouts.Live);
        return votes?.ToDictionary(vote => vote.Tool, vote => vote.Choice!) ?? [];
    }

    /// <summary>The reader's own votes that stand, newest first; null when Voting does not answer.</summary>
    public Task<IReadOnlyList<OwnVote>?> AllOwnVotesAsync(HttpContext context) => ReadOwnAsync(context, ToList);

    /// <returns>Null when Voting does not answer in time: the page is shown all the same.</returns>
    public async Task<VerifiedCounts?> VerifiedAsync(string tool, CancellationToken cancellationToken)
    {
        try
        {
            return await clients
                .CreateClient("Voting")
                .ReadAsync<VerifiedCounts>("Voting", $"log/verified/{tool}", timeouts.Live, cancellationToken);
        }
        catch (ServiceUnavailableException)
        {
            return null;
        }
    }

    /// <returns>The Set-Cookie lines that clear the cookie, none when there was nobody to forget; null when Voting did not do it.</returns>
    public async Task<string[]?> ForgetAsync(HttpContext context)
    {
        if (context.Request.VoterHeader() is not { } voter)
            return [];
        using var limit = context.RequestAborted.WithTimeout(ToCast);
        try
        {
            using var answer = await SendAsync(context, HttpMethod.Delete, "api/voters", voter, null, limit.Token);
            if (answer.StatusCode is not (HttpStatusCode.NoContent or HttpStatusCode.Unauthorized))
                return null;
            return answer.Headers.TryGetValues(HeaderNames.SetCookie, out var set) ? set.ToArray() : [];
        }
        catch (Exception error)
            when (error is HttpRequestException || error is OperationCanceledException && !context.RequestAborted.IsCancellationRequested)
        {
            NotForgotten(logger, error.GetType().Name);
            return null;
        }
    }

    private async Task<IReadOnlyList<OwnVote>?> ReadOwnAsync(HttpContext context, TimeSpan within)
    {
        if (context.Request.VoterHeader() is not { } voter)
            return [];
        using var limit = context.RequestAborted.WithTimeout(within);
        try
        {
            using var answer = await SendAsync(context, HttpMethod.Get, "api/votes", voter, null, limit.Token);
            if (answer.StatusCode is HttpStatusCode.Unauthorized)
                return [];
            answer.EnsureSuccessStatusCode();
            var own = await answer.Content.ReadFromJsonAsync<OwnVotes>(limit.Token);
            IReadOnlyList<OwnVote> votes = own?.Votes.Where(vote => vote.Choice is "ship" or "skip").ToList() ?? [];
            // For the vote buttons, wherever they are on the page: most pages pass on the choice alone.
            context.Features.Set(votes);
            return votes;
        }
        catch (Exception error)
            when (error is HttpRequestException or JsonException or IOException
                || error is OperationCanceledException && !context.RequestAborted.IsCancellationRequested
            )
        {
            OwnVotesUnavailable(logger, error.GetType().Name);
            return null;
        }
    }

    /// <param name="context">The reader's request, whose cookie says who votes.</param>
    /// <param name="tool">The tool's slug.</param>
    /// <param name="choice">ship, skip or withdraw.</param>
    /// <param name="nonce">Where there may be no voter yet: what it is made from, 32 random bytes.</param>
    public async Task<CastAnswer> CastAsync(HttpContext context, string tool, string choice, string? nonce = null)
    {
        using var limit = context.RequestAborted.WithTimeout(ToCast);
        var voter = context.Request.VoterHeader();
        try
        {
            using var answer =
                choice == "withdraw"
                    ? await SendAsync(context, HttpMethod.Delete, $"api/votes/{tool}", voter, null, limit.Token)
                    : await SendAsync(context, HttpMethod.Put, $"api/votes/{tool}", voter, Body(choice, nonce), limit.Token);
            var outcome = answer.StatusCode switch
            {
                HttpStatusCode.OK => Outcome.Cast,
                HttpStatusCode.Unauthorized => Outcome.NoVoter,
                HttpStatusCode.NotFound => Outcome.UnknownTool,
                HttpStatusCode.TooManyRequests => (await answer.Content.ReadFromJsonAsync<Problem>(limit.Token))?.Type?.EndsWith(
                    "too-many-new-voters",
                    StringComparison.Ordinal
                ) == true
                    ? Outcome.TooManyVoters
                    : Outcome.TooMany,
                >= HttpStatusCode.InternalServerError => Outcome.Unavailable,
                _ => Outcome.Refused,
            };
            var lines = answer.Headers.TryGetValues(HeaderNames.SetCookie, out var set) ? set.ToArray() : [];
            return new CastAnswer(outcome, Seconds(answer), lines);
        }
        catch (Exception error)
            when (error is HttpRequestException || error is OperationCanceledException && !context.RequestAborted.IsCancellationRequested)
        {
            NotCast(logger, tool, error.GetType().Name);
            return new CastAnswer(Outcome.Unavailable, 5, []);
        }
    }

    private static JsonContent Body(string choice, string? nonce) =>
        JsonContent.Create(new Vote(choice, nonce is null ? null : "new", nonce), options: Json);

    private static int Seconds(HttpResponseMessage answer) => (int)(answer.Headers.RetryAfter?.Delta?.TotalSeconds ?? 5);

    private async Task<HttpResponseMessage> SendAsync(
        HttpContext context,
        HttpMethod method,
        string path,
        string? voter,
        HttpContent? body,
        CancellationToken cancellationToken
    )
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        // Host and scheme decide whether the cookie is Secure and named __Host-; the address counts for the quota.
        request.Headers.Host = context.Request.Host.ToUriComponent();
        request.Headers.TryAddWithoutValidation("X-Forwarded-Proto", context.Request.Scheme);
        if (context.Connection.RemoteIpAddress is { } address)
            request.Headers.TryAddWithoutValidation("X-Forwarded-For", address.ToString());
        if (voter is not null)
            request.Headers.TryAddWithoutValidation(HeaderNames.Cookie, voter);
        return await clients.CreateClient("Voting").SendAsync(request, cancellationToken);
    }

    [LoggerMessage(6004, LogLevel.Warning, "The page is shown without the reader's own votes: {Problem}")]
    private static partial void OwnVotesUnavailable(ILogger logger, string problem);

    [LoggerMessage(6007, LogLevel.Warning, "A reader's votes could not be erased: {Problem}")]
    private static partial void NotForgotten(ILogger logger, string problem);

    [LoggerMessage(6005, LogLevel.Warning, "A vote on '{Tool}' sent by form was not accepted: {Problem}")]
    private static partial void NotCast(ILogger logger, string tool, string problem);
}
