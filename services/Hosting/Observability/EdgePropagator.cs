using System.Diagnostics;
using Hosting.Proxies;

namespace Hosting.Observability;

/// <summary>
/// At the public edge every request begins a trace of its own: a stranger's <c>traceparent</c>, <c>tracestate</c> and <c>baggage</c> would
/// be stored with it, and could join foreign traces. Only requests this process sends to itself continue the trace they came from.
/// </summary>
internal sealed class EdgePropagator(DistributedContextPropagator inner) : DistributedContextPropagator
{
    public override IReadOnlyCollection<string> Fields => inner.Fields;

    public override void Inject(Activity? activity, object? carrier, PropagatorSetterCallback? setter) =>
        inner.Inject(activity, carrier, setter);

    public override void ExtractTraceIdAndState(
        object? carrier,
        PropagatorGetterCallback? getter,
        out string? traceId,
        out string? traceState
    )
    {
        (traceId, traceState) = (null, null);
        if (IsOwn(carrier, getter))
            inner.ExtractTraceIdAndState(carrier, getter, out traceId, out traceState);
    }

    public override IEnumerable<KeyValuePair<string, string?>>? ExtractBaggage(object? carrier, PropagatorGetterCallback? getter) =>
        IsOwn(carrier, getter) ? inner.ExtractBaggage(carrier, getter) : null;

    private static bool IsOwn(object? carrier, PropagatorGetterCallback? getter)
    {
        if (getter is null)
            return false;
        getter(carrier, ForwardedCallers.OwnHeader, out var value, out _);
        return ForwardedCallers.IsOwnToken(value);
    }
}
