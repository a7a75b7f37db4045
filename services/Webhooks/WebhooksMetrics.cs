using System.Diagnostics.Metrics;
using Webhooks.Events;

namespace Webhooks;

/// <summary>What is counted. Every label value is one of a few words in this code; none comes from an endpoint.</summary>
internal sealed class WebhooksMetrics : IHostedService
{
    private static readonly string[] Outcomes = ["delivered", "failed", "refused", "given-up", "gone"];
    private static readonly string[] Reasons = ["gone", "failing"];
    private const long NothingDue = -1;

    private readonly Counter<long> _attempts;
    private readonly Counter<long> _deliveries;
    private readonly Counter<long> _disabled;
    private readonly TimeProvider _timeProvider;
    private long _dueSince = NothingDue;

    public WebhooksMetrics(IMeterFactory meters, TimeProvider timeProvider)
    {
        _timeProvider = timeProvider;
        var meter = meters.Create(WebhooksService.Name);
        _attempts = meter.CreateCounter<long>(
            "webhooks.attempts",
            description: "Attempts by outcome: delivered, failed, refused (an address inside the network), given-up (the last one), "
                + "gone (410)."
        );
        _deliveries = meter.CreateCounter<long>("webhooks.deliveries", description: "Deliveries queued, by type of event.");
        _disabled = meter.CreateCounter<long>("webhooks.disabled", description: "Endpoints disabled, by reason: gone, failing.");
        // Computed when it is read: should the sender be stuck, it goes on growing.
        meter.CreateObservableGauge(
            "webhooks.overdue",
            () => Volatile.Read(ref _dueSince) is var since and not NothingDue ? Math.Max(0, _timeProvider.Now() - since) / 1000.0 : 0,
            "s",
            "For how long the delivery that has waited longest has been due; 0 when none is."
        );
    }

    /// <summary>
    /// From here on every counter is there, at zero: one that came with its first event would hide that event from a rate.
    /// </summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var outcome in Outcomes)
            _attempts.Add(0, new KeyValuePair<string, object?>("outcome", outcome));
        foreach (var type in EventTypes.All.Append(EventTypes.Test))
            Queued(type, 0);
        foreach (var reason in Reasons)
            _disabled.Add(0, new KeyValuePair<string, object?>("reason", reason));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <param name="since">Since when the delivery that has waited longest is due, in Unix milliseconds; null when none is.</param>
    public void Due(long? since) => Volatile.Write(ref _dueSince, since ?? NothingDue);

    public void Attempted(string outcome) => _attempts.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public void Queued(string type, int count = 1) => _deliveries.Add(count, new KeyValuePair<string, object?>("type", type));

    public void Disabled(string reason) => _disabled.Add(1, new KeyValuePair<string, object?>("reason", reason));
}
