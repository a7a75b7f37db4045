using System.Diagnostics.Metrics;
using Hosting.Observability;

namespace Hosting.Connections;

/// <summary>
/// Connections that were ended for others' sake, by reason: <c>network</c>, <c>silent</c> and <c>idle</c> made room at that limit,
/// <c>late</c> sent no request in time,
/// <c>refused</c> found every other one busy. Observed rather than counted, so that each is there from the start: a series that begins
/// with its first event hides the first burst.
/// </summary>
internal sealed class ConnectionMetrics
{
    private static readonly string[] Reasons = ["network", "silent", "idle", "late", "refused"];
    private readonly long[] _dropped = new long[Reasons.Length];

    public ConnectionMetrics(IMeterFactory meters) =>
        meters
            .Create(Telemetry.Own)
            .CreateObservableCounter(
                "connections.dropped",
                Observe,
                "{connection}",
                "Connections dropped or refused to stay within the limits."
            );

    public void Count(string reason, int connections) => Interlocked.Add(ref _dropped[Array.IndexOf(Reasons, reason)], connections);

    private IEnumerable<Measurement<long>> Observe() =>
        Reasons.Select(
            (reason, place) =>
                new Measurement<long>(Volatile.Read(ref _dropped[place]), new KeyValuePair<string, object?>("reason", reason))
        );
}
