using MassTransit;

namespace Tally;

/// <summary>How both consumers bear a store that is away.</summary>
internal static class Retries
{
    public static void Configure(IReceiveEndpointConfigurator endpoint)
    {
        endpoint.PrefetchCount = 32;
        endpoint.UseMessageRetry(retry => retry.Intervals(100, 300, 1000, 2000));
        // A message is state: after an outage the reconciler brings what it said. An error queue would only grow, and replaying it change nothing.
        endpoint.DiscardFaultedMessages();
        endpoint.PublishFaults = false;
    }
}
