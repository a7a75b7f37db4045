using System.Diagnostics.Metrics;

namespace Newsletter;

/// <summary>What is counted. Every label value is one of a few words in this code; none comes from a reader.</summary>
internal sealed class NewsletterMetrics
{
    private readonly Counter<long> _mails;
    private readonly Counter<long> _subscriptions;
    private readonly Counter<long> _issues;

    public NewsletterMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(NewsletterService.Name);
        _mails = meter.CreateCounter<long>("newsletter.mails", description: "Mails by kind and outcome: sent, failed, undecided, dropped, postponed.");
        _subscriptions = meter.CreateCounter<long>("newsletter.subscriptions", description: "Steps of subscriptions: requested, mailed, capped, already-confirmed, refused, confirmed, unsubscribed, purged.");
        _issues = meter.CreateCounter<long>("newsletter.issues", description: "Issues published by this process.");
    }

    public void Mail(string kind, string outcome) => _mails.Add(1, new("kind", kind), new KeyValuePair<string, object?>("outcome", outcome));
    public void Subscription(string outcome, int count = 1) => _subscriptions.Add(count, new KeyValuePair<string, object?>("outcome", outcome));
    public void Issue() => _issues.Add(1);
}
