using Hosting;

namespace Webhooks;

/// <summary>Wakes background work at once when there is some, so that polling only serves what a crash or another replica left.</summary>
internal sealed class WorkSignals
{
    /// <summary>There are deliveries to send.</summary>
    public Signal Deliveries { get; } = new();

    /// <summary>Tools or comparisons changed.</summary>
    public Signal Catalog { get; } = new();

    /// <summary>There are tools whose totals are not known.</summary>
    public Signal Totals { get; } = new();
}
