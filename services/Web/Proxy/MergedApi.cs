using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hosting;
using Hosting.Limits;
using Web.Parts;
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
    private readonly IHttpClientFactory _clients;
    private readonly ILogger<MergedApi> _logger;
    private readonly SharedResult<byte[]> _merged;

    public MergedApi(IHttpClientFactory clients, TimeProvider timeProvider, ILogger<MergedApi> logger)
    {
        (_clients, _logger) = (clients, logger);
        _merged = new SharedResult<byte[]>(Fresh, timeProvider, MergeAsync);
    }

    public async Task<IResult> ShowAsync() => ApiDescription.Of(await _merged.GetAsync());

    private async Task<byte[]> MergeAsync()
    {
        // For everyone who waits, so no single request's end stops it; each service has its own time-out.
        await Task.WhenAll(ProxyRoutes.Services.Select(service => RefreshAsync(service, CancellationToken.None)));

        var paths = new JsonObject();
        var components = new JsonObject();
        var tags = new JsonArray();
        foreach (var service in ProxyRoutes.Services)
        {
            if (!_lastKnown.TryGetValue(service, out var document))
                continue;
            foreach (
                var (path, operations) in Members(document, "paths")
                    .Where(member =>
                        member.Key.StartsWith("/api/", StringComparison.Ordinal) || member.Key.StartsWith("/log/", StringComparison.Ordinal)
                    )
            )
                paths.TryAdd(path, operations?.DeepClone());
            foreach (var (kind, definitions) in Members(document, "components"))
            {
                var merged = components[kind] as JsonObject ?? new JsonObject();
                components[kind] = merged;
                foreach (var (name, definition) in definitions as JsonObject ?? [])
                    merged.TryAdd(name, definition?.DeepClone());
            }

            tags.Add(new JsonObject { ["name"] = service });
        }

        return JsonSerializer.SerializeToUtf8Bytes(
            new JsonObject
            {
                ["openapi"] = "3.1.1",
                ["info"] = new JsonObject { ["title"] = PageHead.Site, ["version"] = "1" },
                // Relative to where the description was found: the same for every host.
                ["servers"] = new JsonArray(new JsonObject { ["url"] = "/" }),
                ["paths"] = paths,
                ["components"] = components,
                ["tags"] = tags,
            }
        );
    }

    private async Task RefreshAsync(string service, CancellationToken cancellationToken)
    {
        try
        {
            if (
                await _clients.CreateClient(service).ReadAsync<JsonObject>(service, Path.TrimStart('/'), Within, cancellationToken) is
                { } document
            )
                _lastKnown[service] = Own(service, document);
        }
        catch (ServiceUnavailableException unavailable)
        {
            NotRefreshed(_logger, service, unavailable.InnerException?.GetType().Name);
        }
    }

    /// <summary>
    /// Two services may each have a schema of the same name and another shape (Catalog's Issue is not Newsletter's), so all but the
    /// shared problem details bear their service's name.
    /// </summary>
    private static JsonObject Own(string service, JsonObject document)
    {
        if (document["components"]?["schemas"] is not JsonObject schemas)
            return document;
        var names = schemas
            .Select(schema => schema.Key)
            .Where(name => !name.EndsWith("ProblemDetails", StringComparison.Ordinal))
            .ToHashSet();
        var renamed = (JsonObject)Rename(document, names, service)!;
        var own = new JsonObject();
        foreach (var (name, schema) in (JsonObject)renamed["components"]!["schemas"]!)
            own[names.Contains(name) ? service + name : name] = schema?.DeepClone();
        renamed["components"]!["schemas"] = own;
        return renamed;
    }

    private static JsonNode? Rename(JsonNode? node, HashSet<string> names, string service)
    {
        const string Prefix = "#/components/schemas/";
        switch (node)
        {
            case JsonObject members:
                var copy = new JsonObject();
                foreach (var (name, value) in members)
                {
                    copy[name] =
                        name == "$ref"
                        && value?.GetValue<string>() is { } reference
                        && reference.StartsWith(Prefix, StringComparison.Ordinal)
                        && names.Contains(reference[Prefix.Length..])
                            ? Prefix + service + reference[Prefix.Length..]
                            : Rename(value, names, service);
                }

                return copy;
            case JsonArray elements:
                return new JsonArray(elements.Select(element => Rename(element, names, service)).ToArray());
            default:
                return node?.DeepClone();
        }
    }

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Members(JsonObject document, string name) =>
        document[name] as JsonObject ?? [];

    [LoggerMessage(6006, LogLevel.Warning, "The API description of {Service} is the last known one: {Problem}")]
    private static partial void NotRefreshed(ILogger logger, string service, string? problem);
}
