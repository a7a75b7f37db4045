using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hosting;
using Hosting.Description;
using Hosting.Limits;
using Web.Services;

namespace Web.Proxy;

/// <summary>
/// <c>/openapi/v1.json</c> of the whole origin: the services' own documents laid together. A service that is unavailable keeps the place
/// its last known document gave it, since its paths do not cease to exist.
/// </summary>
internal sealed partial class MergedApi
{
    public const string Path = "/openapi/v1.json";

    // A service makes its document when first asked, which takes a while on a busy machine.
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(10);

    // A service that is updated changes its document within this time; laying them together takes tens of milliseconds.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<string, JsonObject> _lastKnown = new();
    private readonly ApiDescription _own;
    private readonly IHttpClientFactory _clients;
    private readonly ILogger<MergedApi> _logger;
    private readonly SharedResult<byte[]> _merged;

    public MergedApi(ApiDescription own, IHttpClientFactory clients, TimeProvider timeProvider, ILogger<MergedApi> logger)
    {
        (_own, _clients, _logger) = (own, clients, logger);
        _merged = new SharedResult<byte[]>(Fresh, timeProvider, MergeAsync);
    }

    public async Task<IResult> ShowAsync() => ApiDescription.Of(await _merged.GetAsync());

    private async Task<byte[]> MergeAsync()
    {
        // For everyone who waits, so no single request's end stops it; each service has its own time-out.
        await Task.WhenAll(ProxyRoutes.Services.Select(service => RefreshAsync(service, CancellationToken.None)));

        var merged = JsonNode.Parse(await _own.GetAsync())!.AsObject();
        // Relative to where the description was found: the same for every host.
        merged["servers"] = new JsonArray(new JsonObject { ["url"] = "/" });
        foreach (var service in ProxyRoutes.Services)
        {
            if (!_lastKnown.TryGetValue(service, out var document))
                continue;
            AddMissing(merged, "paths", document, IsPassedOn);
            foreach (var (kind, _) in Members(document, "components"))
                AddMissing(Part(merged, "components"), kind, Part(document, "components"), _ => true);
            var tags = merged["tags"] as JsonArray ?? [];
            merged["tags"] = tags;
            foreach (var tag in document["tags"] as JsonArray ?? [])
                if (!tags.Any(known => JsonNode.DeepEquals(known?["name"], tag?["name"])))
                    tags.Add(tag?.DeepClone());
        }

        return JsonSerializer.SerializeToUtf8Bytes(merged);
    }

    private static bool IsPassedOn(string path) =>
        path.StartsWith("/api/", StringComparison.Ordinal) || path.StartsWith("/log/", StringComparison.Ordinal);

    // Names are unique in all services; what several have, such as problem details, is the same in each.
    private static void AddMissing(JsonObject into, string part, JsonObject from, Func<string, bool> isPublic)
    {
        foreach (var (name, value) in Members(from, part))
            if (isPublic(name))
                Part(into, part).TryAdd(name, value?.DeepClone());
    }

    private static JsonObject Part(JsonObject document, string name)
    {
        if (document[name] is JsonObject part)
            return part;
        var added = new JsonObject();
        document[name] = added;
        return added;
    }

    private async Task RefreshAsync(string service, CancellationToken cancellationToken)
    {
        try
        {
            if (
                await _clients.CreateClient(service).ReadAsync<JsonObject>(service, Path.TrimStart('/'), Within, cancellationToken) is
                { } document
            )
                _lastKnown[service] = document;
        }
        catch (ServiceUnavailableException unavailable)
        {
            NotRefreshed(_logger, service, unavailable.InnerException?.GetType().Name);
        }
    }

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Members(JsonObject document, string name) =>
        document[name] as JsonObject ?? [];

    [LoggerMessage(6006, LogLevel.Warning, "The API description of {Service} is the last known one: {Problem}")]
    private static partial void NotRefreshed(ILogger logger, string service, string? problem);
}
