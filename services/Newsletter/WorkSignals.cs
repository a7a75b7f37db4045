using Hosting;

namespace Newsletter;

/// <summary>Wakes background work at once when there is some, so that polling only serves what a crash or another replica left.</summary>
internal sealed class WorkSignals
{
    public Signal Admission { get; } = new();

    public Signal Outbox { get; } = new();

    public Signal Erasure { get; } = new();
}
