using MassTransit;
using Tally.Counters;

namespace Tally.Consumers;

/// <summary>How both consumers handle an unavailable store: a few quick tries, then the message is dropped.</summary>
internal static class ConsumerRetries
{
    private static readonly int[] Milliseconds = [100, 300, 1000, 2000];

    public static void Configure(IReceiveEndpointConfigurator endpoint)
    {
        endpoint.UseMessageRetry(retry =>
        {
            retry.Handle<CountersUnavailableException>();
            retry.Intervals(Milliseconds);
        });
        // A message nobody can read, or that a bug chokes on, goes to the error queue for a person to look at; nobody waits for a fault
        // message.
        endpoint.PublishFaults = false;
    }

    /// <summary>
    /// Writes to the counters, and gives up when they stay unavailable: a message is state, and after the outage the reconciler brings what
    /// it said. Letting it fault instead would fill the error queue with what changes nothing when replayed.
    /// </summary>
    /// <returns>What the write answered, or null if the message was dropped.</returns>
    public static async Task<int?> TakeAsync(
        this ICounters counters,
        ConsumeContext context,
        IReadOnlyCollection<Contracts.ToolTotals> totals
    )
    {
        try
        {
            return await counters.TakeAsync(totals, context.CancellationToken);
        }
        catch (CountersUnavailableException) when (context.GetRetryAttempt() >= Milliseconds.Length)
        {
            return null;
        }
    }
}
