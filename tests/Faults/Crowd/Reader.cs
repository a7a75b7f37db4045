using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Testing.Servers;

namespace Faults.Tests.Crowd;

/// <summary>What a reader was told, with 2xx, about one change of a vote.</summary>
/// <param name="At">To the microsecond as a reader is told, to the minute as the public is.</param>
/// <param name="Index">The change's place in the public log.</param>
public record Acknowledged(string? Choice, long Seq, DateTimeOffset? At, long? Index);

/// <summary>
/// One reader with one voter's token, who votes on any replica, asks again when no answer came, and believes every 2xx.
/// One vote at a time, so it knows exactly which seq must come next.
/// </summary>
/// <param name="site">Where it votes.</param>
/// <param name="diary">Where it notes what happened.</param>
/// <param name="doors">Web's replicas, to vote through them; without one every Voting replica is asked directly.</param>
public sealed class Reader(Site site, Diary diary, params IReadOnlyList<ServiceProcess> doors)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly Dictionary<string, List<Acknowledged>> _history = [];
    private string? _token;

    /// <summary>All changes acknowledged to this reader, per tool, in order.</summary>
    public IReadOnlyDictionary<string, List<Acknowledged>> History => _history;

    public string? Current(string tool) => _history.TryGetValue(tool, out var changes) ? changes[^1].Choice : null;

    /// <summary>Casts or changes a vote, or withdraws it (null), and asks again until it is acknowledged.</summary>
    /// <param name="first">The replica to ask first; the others are asked when it gives no answer.</param>
    /// <returns>How often it had to ask.</returns>
    public async Task<int> Vote(string tool, string? choice, ServiceProcess? first = null)
    {
        var clock = Stopwatch.StartNew();
        var replica = first ?? Any(null);
        for (var attempt = 1; ; attempt++)
        {
            var asked = DateTime.UtcNow;
            if (await Try(replica, tool, choice) is { } answer)
            {
                Believe(tool, choice, answer);
                diary.Acknowledged(asked, clock.Elapsed, attempt);
                return attempt;
            }

            if (clock.Elapsed > Patience)
            {
                diary.Wrong($"no answer to a vote on {tool} for {clock.Elapsed.TotalSeconds:0} s");
                throw new TimeoutException($"A vote on {tool} was not taken for {clock.Elapsed.TotalSeconds:0} s.");
            }

            // Back-off with some luck in it; the first retry is at once, as a load balancer's would be.
            if (attempt > 1)
                await Task.Delay(Random.Shared.Next(20, Math.Min(500, 50 << Math.Min(attempt, 5))));
            replica = Any(replica);
        }
    }

    /// <summary>One request. Null: no answer, or 503, so the vote is in doubt.</summary>
    public async Task<VoteAnswer?> Try(ServiceProcess replica, string tool, string? choice)
    {
        try
        {
            _token ??= await Token(replica);
            if (_token is null)
                return null;
            using var request = new HttpRequestMessage(
                choice is null ? HttpMethod.Delete : HttpMethod.Put,
                new Uri(replica.Address, $"api/votes/{tool}")
            );
            if (choice is not null)
                request.Content = JsonContent.Create(new { choice });
            using var response = await Send(request);
            return await Answer<VoteAnswer>(replica, response);
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException or IOException)
        {
            diary.Failed(replica, error.GetType().Name);
            return null;
        }
    }

    /// <summary>This reader's votes as a replica tells them.</summary>
    public async Task<OwnVotes> Own(ServiceProcess replica)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(replica.Address, "api/votes"));
        using var response = await Send(request);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<OwnVotes>())!;
    }

    /// <summary>Takes an answer for true, and notes what in it can't be.</summary>
    public void Believe(string tool, string? choice, VoteAnswer answer)
    {
        var last = _history.TryGetValue(tool, out var changes) ? changes[^1] : null;
        var expected = choice == last?.Choice ? last : new Acknowledged(choice, (last?.Seq ?? 0) + 1, answer.At, answer.Index);
        if (
            answer.Tool != tool
            || answer.Choice != choice
            || (answer.Seq, answer.At, answer.Index) != (expected?.Seq ?? 0, expected?.At, expected?.Index)
        )
            diary.Wrong($"{tool}: after {last} the vote {choice ?? "none"} was answered {answer}");
        if (choice == last?.Choice)
            return;
        if (changes is null)
            _history[tool] = changes = [];
        changes.Add(new Acknowledged(choice, answer.Seq, answer.At, answer.Index));
    }

    private ServiceProcess Any(ServiceProcess? butNot)
    {
        var some = doors.Count > 0 ? doors : site.Voting;
        while (true)
        {
            var replica = some[Random.Shared.Next(some.Count)];
            if (replica != butNot || some.Count == 1)
                return replica;
        }
    }

    private async Task<string?> Token(ServiceProcess replica)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(replica.Address, "api/voters"));
        using var response = await Send(request);
        return (await Answer<Voter>(replica, response))?.Token;
    }

    private async Task<HttpResponseMessage> Send(HttpRequestMessage request)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        if (_token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Voter", _token);
        return await Api.Http.SendAsync(request, patience.Token);
    }

    private async Task<T?> Answer<T>(ServiceProcess replica, HttpResponseMessage response)
        where T : class
    {
        if (response.IsSuccessStatusCode)
            return (await response.Content.ReadFromJsonAsync<T>())!;

        diary.Failed(replica, ((int)response.StatusCode).ToString());
        if (response.StatusCode != HttpStatusCode.ServiceUnavailable)
            diary.Wrong($"{replica.Name} answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
        else if (response.Headers.RetryAfter is null)
            diary.Wrong($"{replica.Name} answered 503 without Retry-After");
        return null;
    }
}
