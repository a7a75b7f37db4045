using System.Text.Json;
using Contracts;

namespace Tally;

/// <summary>What another service knows that this one has to agree with; asked at every reconcile.</summary>
internal sealed partial class Source(string service, ILogger logger)
{
    // Headers soon or not at all, so that one service that hangs doesn't delay what the other one said. The body may be long.
    private static readonly TimeSpan ForHeaders = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ForBody = TimeSpan.FromSeconds(30);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private bool? _away;

    /// <summary>The answer as totals, or null when the service is away or answers nonsense, which is logged once until it changes.</summary>
    public async Task<IReadOnlyList<ToolTotals>?> AskAsync(
        HttpClient client, string path, Func<Stream, CancellationToken, Task<List<ToolTotals>>> read, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            patience.CancelAfter(ForHeaders);
            using var response = await client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, patience.Token);
            response.EnsureSuccessStatusCode();
            patience.CancelAfter(ForBody);
            await using var body = await response.Content.ReadAsStreamAsync(patience.Token);
            var answer = await read(body, patience.Token);
            if (_away is true)
                LogBack(service);
            _away = false;
            return answer;
        }
        catch (Exception error) when (error is HttpRequestException or JsonException or IOException
            || error is OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            if (_away is not true)
                LogAway(service, error is OperationCanceledException ? "no answer in time" : error.Message);
            _away = true;
            return null;
        }
    }

    /// <summary>The body of <c>GET /api/ledger/totals</c>.</summary>
    public static async Task<List<ToolTotals>> ReadTotalsAsync(Stream body, CancellationToken cancellation)
    {
        List<ToolTotals> totals = [];
        await foreach (var line in JsonSerializer.DeserializeAsyncEnumerable<LedgerTotals>(body, Json, cancellation))
            if (line is not null && new ToolTotals(line.Tool!, line.Ship, line.Skip, line.Version, line.At ?? default) is var sound && Newer.IsSound(sound))
                totals.Add(sound);
        return totals;
    }

    /// <summary>The body of <c>GET /api/catalog/tools</c>: each tool with the zeros it has at least.</summary>
    public static async Task<List<ToolTotals>> ReadToolsAsync(Stream body, CancellationToken cancellation)
    {
        var list = await JsonSerializer.DeserializeAsync<CatalogTools>(body, Json, cancellation);
        return [.. (list?.Tools ?? []).Select(tool => TakeTools.Untouched(tool.Slug!)).Where(Newer.IsSound)];
    }

    private sealed record LedgerTotals(string? Tool, long Ship, long Skip, long Version, DateTimeOffset? At = null);

    private sealed record CatalogTools(CatalogTool[]? Tools);

    private sealed record CatalogTool(string? Slug);

    [LoggerMessage(4010, LogLevel.Warning, "{Service} can't be asked ({Reason}); what is known stays as it is until it answers")]
    private partial void LogAway(string service, string reason);

    [LoggerMessage(4011, LogLevel.Information, "{Service} answers again")]
    private partial void LogBack(string service);
}
