using Contracts;
using MassTransit;

namespace Voting.Tools;

/// <summary>Keeps the tool list current by the catalog's messages; replicas share the queue and the stored list.</summary>
public sealed class ToolsChangedConsumer(ToolList tools) : IConsumer<ToolsChanged>
{
    public Task Consume(ConsumeContext<ToolsChanged> context) => tools.KeepAsync(context.Message.Tools, context.CancellationToken);
}

public sealed class ToolsChangedConsumerDefinition : ConsumerDefinition<ToolsChangedConsumer>
{
    public ToolsChangedConsumerDefinition() => EndpointName = Queues.VotingTools;
}
