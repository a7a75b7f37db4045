using System.Globalization;
using System.Text.Json;
using Contracts;
using Hosting;
using Hosting.Observability;

namespace Tally.Reconciling;

/// <summary>What another service knows that this one has to agree with; asked at every reconcile.</summary>
internal sealed partial class ServicePoller(string service, ILogger logger)
{
    // Headers soon or not at all, so that one service that hangs doesn't delay what the other one said. The body may be long.
    private static readonly TimeSpan ForHeaders = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ForBody = TimeSpan.FromSeconds(30);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private readonly Outage _outage = new();

    /// <summary>The answer, or null when the service is unavailable or answers nonsense, which is logged once until it changes.</summary>
    public async Task<T?> AskAsync<T>(
        HttpClient client,
        string path,
        Func<HttpResponseMessage, CancellationToken, Task<T>> read,
        CancellationToken cancellationToken
    )
        where T : class
    {
        using var patience = cancellationToken.WithTimeout(ForHeaders);
        try
        {
            using var response = await client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, patience.Token);
            response.EnsureSuccessStatusCode();
            patience.CancelAfter(ForBody);
            var answer = await read(response, patience.Token);
            if (_outage.Works())
                LogBack(service);
            return answer;
        }
        catch (Exception error)
            when (error is HttpRequestException or JsonException or IOException
                || error is OperationCanceledException && !cancellationToken.IsCancellationRequested
            )
        {
            if (_outage.Fails())
                LogAway(service, error is OperationCanceledException ? "no answer in time" : error.Message);
            return null;
        }
    }

    /// <summary>What <c>GET /api/ledger/totals</c> answers.</summary>
    public static async Task<LedgerAnswer> ReadTotalsAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        // A release before epochs does not send it.
        var epoch =
            response.Headers.TryGetValues(LedgerEpoch.Header, out var said)
            && long.TryParse(said.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? number
                : (long?)null;
        // By tool: an answer that names one twice is as useless as one that is no JSON, and must not end this process either.
        Dictionary<string, ToolTotals> totals = [];
        var entries = 0L;
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (var line in JsonSerializer.DeserializeAsyncEnumerable<LedgerLine>(body, Json, cancellationToken))
        {
            entries += line?.Version ?? 0;
            if (line is { Tool: { } tool } && Slug.IsValid(tool) && !totals.TryAdd(tool, line.Totals(tool)))
                throw new JsonException($"The totals name {tool} twice.");
        }

        return new LedgerAnswer(epoch, entries, [.. totals.Values]);
    }

    /// <summary>The tools that <c>GET /api/catalog/tools</c> names.</summary>
    public static async Task<IReadOnlyList<string>> ReadToolsAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var list = await JsonSerializer.DeserializeAsync<CatalogTools>(body, Json, cancellationToken);
        return [.. (list?.Tools ?? []).Select(tool => tool.Slug!).Where(slug => Slug.IsValid(slug))];
    }

    private sealed record LedgerLine(
        string? Tool,
        long Ship,
        long Skip,
        long Version,
        DateTimeOffset? At = null,
        long Held = 0,
        long Void = 0,
        bool? Broad = null
    )
    {
        // The ledger says in public only whether the networks are enough.
        private long? Networks =>
            Broad switch
            {
                true => Breadth.Needed(Ship + Skip),
                false => 0,
                null => null,
            };

        public ToolTotals Totals(string tool) => new(tool, Ship, Skip, Version, At ?? default, Held: Held, Void: Void, Networks: Networks);
    }

    private sealed record CatalogTools(CatalogTool[]? Tools);

    private sealed record CatalogTool(string? Slug);

    [LoggerMessage(4010, LogLevel.Warning, "{Service} is unavailable ({Reason}); keeping the last known values")]
    private partial void LogAway(string service, string reason);

    [LoggerMessage(4011, LogLevel.Information, "{Service} answers again")]
    private partial void LogBack(string service);
}
