using Contracts;
using MassTransit;
using Tally.Counters;
using Tally.State;

namespace Tally.Consumers;

/// <summary>
/// Journey 6: Tally takes only newer totals.
/// The counters' store compares versions in one step, so any replica may consume any message.
/// </summary>
internal sealed partial class TotalsMovedConsumer(
    ICounters counters,
    Board board,
    TallyMetrics metrics,
    ILogger<TotalsMovedConsumer> logger
) : IConsumer<TotalsMoved>
{
    public async Task Consume(ConsumeContext<TotalsMoved> context)
    {
        var totals = context.Message.Totals;
        var sound = totals.Where(TotalsOrder.IsSound).ToArray();
        if (sound.Length < totals.Count)
            LogUnsound(totals.Count - sound.Length);
        var admitted = board.Admit(sound);
        // This replica's readers need not wait for Redis to tell it back, nor for a Redis that is unavailable.
        board.Apply(admitted);
        if (await counters.TakeAsync(context, admitted) is { } moved)
            metrics.Moved(moved);
        else
            LogLetGo(admitted.Count);
    }

    [LoggerMessage(4001, LogLevel.Warning, "Ignored {Count} impossible totals")]
    private partial void LogUnsound(int count);

    // That they are unavailable the reconciler has said; each message would say it again.
    [LoggerMessage(4002, LogLevel.Debug, "The counters are still unavailable; leaving {Count} totals to the reconciler")]
    private partial void LogLetGo(int count);
}

/// <summary>Replicas compete for these messages: one of them writes the counter, and all hear of it.</summary>
internal sealed class TotalsMovedConsumerDefinition : ConsumerDefinition<TotalsMovedConsumer>
{
    public TotalsMovedConsumerDefinition() => EndpointName = Queues.TallyTotals;

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator,
        IConsumerConfigurator<TotalsMovedConsumer> consumerConfigurator,
        IRegistrationContext context
    ) => ConsumerRetries.Configure(endpointConfigurator);
}
