using Contracts;
using MassTransit;

namespace Webhooks.Following;

/// <summary>Judges totals as they move; one of the replicas gets each message, and the follower finds what it could not take.</summary>
internal sealed class TotalsMovedConsumer(Tell tell) : IConsumer<TotalsMoved>
{
    public Task Consume(ConsumeContext<TotalsMoved> context) =>
        tell.TryTotalsAsync([.. context.Message.Totals.Where(IsSound)], context.CancellationToken);

    private static bool IsSound(ToolTotals totals) =>
        totals is { Tool: not null, Ship: >= 0, Skip: >= 0, Version: >= 0 } && Slug.IsValid(totals.Tool);
}

internal sealed class TotalsMovedConsumerDefinition : ConsumerDefinition<TotalsMovedConsumer>
{
    public TotalsMovedConsumerDefinition() => EndpointName = Queues.WebhooksTotals;
}

/// <summary>A change in the catalog is a hint to look.</summary>
internal sealed class CatalogChangedConsumer(WorkSignals signals) : IConsumer<ToolsChanged>, IConsumer<ComparisonsChanged>
{
    public Task Consume(ConsumeContext<ToolsChanged> context) => LookAsync();

    public Task Consume(ConsumeContext<ComparisonsChanged> context) => LookAsync();

    private Task LookAsync()
    {
        signals.Catalog.Set();
        return Task.CompletedTask;
    }
}

internal sealed class CatalogChangedConsumerDefinition : ConsumerDefinition<CatalogChangedConsumer>
{
    public CatalogChangedConsumerDefinition() => EndpointName = Queues.WebhooksCatalog;
}
