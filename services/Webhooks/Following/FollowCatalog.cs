using System.Text.Json.Nodes;
using Hosting.Databases;
using Webhooks.Events;

namespace Webhooks.Following;

/// <summary>Follows the catalog: prices, reviews, comparisons. Only tools with a version that is not known are read in full.</summary>
internal sealed class FollowCatalog(
    [FromKeyedServices(WebhooksService.Name)] Schema schema,
    Sources sources,
    Tell tell,
    WorkSignals signals,
    IHostApplicationLifetime lifetime,
    TimeProvider timeProvider,
    ILogger<FollowCatalog> logger
) : Follower(schema, "Catalog", signals.Catalog, lifetime, timeProvider, logger)
{
    private const string Comparison = "comparison";

    protected override async Task FollowAsync(CancellationToken cancellationToken)
    {
        var told = await tell.VersionsAsync(cancellationToken);
        foreach (var tool in await sources.ToolsAsync(cancellationToken))
        {
            if (tool.Version <= told.GetValueOrDefault(tool.Slug, -1))
                continue;
            await tell.ToolAsync(await sources.ToolAsync(tool.Slug, cancellationToken), cancellationToken);
            signals.Totals.Set();
        }

        var known = await tell.ToldAsync(Comparison, cancellationToken);
        var fresh = await sources.ComparisonsAsync(comparison => !known.Contains(comparison.Slug), cancellationToken);
        foreach (var comparison in fresh.Reverse())
            await tell.OnceAsync(Comparison, Published(comparison), cancellationToken);
    }

    private static Happening Published(Sources.Comparison comparison) =>
        new(
            EventTypes.ComparisonPublished,
            comparison.Slug,
            [.. comparison.Tools.Select(tool => tool.Slug)],
            comparison.PublishedAt,
            new JsonObject
            {
                ["comparison"] = comparison.Slug,
                ["path"] = $"/compare/{comparison.Slug}",
                ["tools"] = new JsonArray([
                    .. comparison.Tools.Select(tool => new JsonObject { ["slug"] = tool.Slug, ["name"] = tool.Name }),
                ]),
            }
        )
        {
            IsDated = true,
        };
}
