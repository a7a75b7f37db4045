using System.Diagnostics;

namespace Hosting.Observability;

/// <summary>
/// Carries a vote's trace over the places where one piece of work serves many: a batch, a message, a push. Only what a sampled trace led to
/// becomes a span, so that sweeps and reconciles fill no trace store; and without a listener nothing is made or remembered at all.
/// </summary>
public static class Traces
{
    /// <summary>
    /// The most traces that one span joins; under load a batch serves a thousand, of which nobody follows more than a few.
    /// </summary>
    public const int Most = 64;

    /// <summary>Where the work under way belongs to, to be handed on; default when it is not traced or not sampled.</summary>
    public static ActivityContext Here(this ActivitySource source) =>
        source.HasListeners() && Activity.Current is { Recorded: true } span ? span.Context : default;

    /// <summary>
    /// Starts a span that continues the first of these traces, as its child, and links to the others: a lone vote is one trace from end
    /// to end, and of many that travel together each is found from the span they share.
    /// </summary>
    /// <returns>Null when none of them is traced.</returns>
    public static Activity? Continue(this ActivitySource source, string name, ActivityKind kind, IEnumerable<ActivityContext> from)
    {
        if (!source.HasListeners())
            return null;
        var traces = from.Where(trace => trace.TraceId != default).Distinct().Take(Most).ToList();
        return traces.Count == 0
            ? null
            : source.StartActivity(name, kind, traces[0], links: traces.Skip(1).Select(trace => new ActivityLink(trace)));
    }

    /// <summary>Starts a span as part of the trace under way; null when there is none.</summary>
    public static Activity? Within(this ActivitySource source, string name, ActivityKind kind) =>
        source.Here() == default ? null : source.StartActivity(name, kind);
}
