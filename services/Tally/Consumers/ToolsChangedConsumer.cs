using Contracts;
using MassTransit;
using Tally.Counters;
using Tally.State;

namespace Tally.Consumers;

/// <summary>
/// A tool becomes known before its first vote: its counter begins at zeros. A retired tool keeps its counter, as its votes stay in the
/// ledger.
/// </summary>
internal sealed class ToolsChangedConsumer(ICounters counters, Board board) : IConsumer<ToolsChanged>
{
    public Task Consume(ConsumeContext<ToolsChanged> context) => counters.TakeAsync(context, [.. Sound(context.Message, board.Epoch)]);

    internal static IEnumerable<ToolTotals> Sound(ToolsChanged changed, long epoch) =>
        changed.Tools.Where(ToolState.IsSound).Select(tool => TotalsOrder.Untouched(tool.Slug, epoch));
}

internal sealed class ToolsChangedConsumerDefinition : ConsumerDefinition<ToolsChangedConsumer>
{
    public ToolsChangedConsumerDefinition() => EndpointName = Queues.TallyTools;

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator,
        IConsumerConfigurator<ToolsChangedConsumer> consumerConfigurator,
        IRegistrationContext context
    ) => ConsumerRetries.Configure(endpointConfigurator);
}
