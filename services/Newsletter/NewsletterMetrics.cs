using System.Diagnostics.Metrics;

namespace Newsletter;

/// <summary>What is counted. Every label value is one of a few words in this code; none comes from a reader.</summary>
internal sealed class NewsletterMetrics : IHostedService
{
    private static readonly string[] Kinds = ["confirmation", "welcome", "issue"];
    private static readonly string[] Mails = ["sent", "failed", "undecided", "dropped", "postponed"];
    private static readonly string[] Steps =
    [
        "requested",
        "mailed",
        "capped",
        "already-confirmed",
        "refused",
        "confirmed",
        "unsubscribed",
        "purged",
    ];

    private readonly Counter<long> _mails;
    private readonly Counter<long> _subscriptions;
    private readonly Counter<long> _issues;

    public NewsletterMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(NewsletterService.Name);
        _mails = meter.CreateCounter<long>(
            "newsletter.mails",
            description: "Mails by kind and outcome: sent, failed, undecided, dropped, postponed."
        );
        _subscriptions = meter.CreateCounter<long>(
            "newsletter.subscriptions",
            description: "Steps of subscriptions: requested, mailed, capped, already-confirmed, refused, confirmed, unsubscribed, purged."
        );
        _issues = meter.CreateCounter<long>("newsletter.issues", description: "Issues published by this process.");
    }

    /// <summary>
    /// From here on every counter is there, at zero: one that came with its first event would hide that event from a rate.
    /// </summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var kind in Kinds)
            foreach (var outcome in Mails)
                _mails.Add(0, new("kind", kind), new KeyValuePair<string, object?>("outcome", outcome));
        foreach (var step in Steps)
            Subscription(step, 0);
        _issues.Add(0);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Mail(string kind, string outcome) =>
        _mails.Add(1, new("kind", kind), new KeyValuePair<string, object?>("outcome", outcome));

    public void Subscription(string outcome, int count = 1) =>
        _subscriptions.Add(count, new KeyValuePair<string, object?>("outcome", outcome));

    public void Issue() => _issues.Add(1);
}
