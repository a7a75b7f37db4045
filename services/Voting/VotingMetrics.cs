using System.Diagnostics.Metrics;

namespace Voting;

/// <summary>What this service measures. Labels come from fixed words only, never from a request.</summary>
public sealed class VotingMetrics : IHostedService
{
    // What alerts ask for and what can be read off the code; other outcomes begin with their first vote.
    private static readonly string[] Outcomes = ["committed", "unavailable"];

    private static readonly Meter Meter = new("Voting");
    private readonly Counter<long> _votes = Meter.CreateCounter<long>("voting.votes", description: "Votes answered, by outcome");
    private readonly Histogram<int> _batch = Meter.CreateHistogram<int>("voting.batch.size", description: "Votes committed together");
    private readonly Histogram<double> _commit = Meter.CreateHistogram("voting.commit.duration", "s", "Time from batch to COMMIT", advice: new InstrumentAdvice<double>
    {
        // The default bounds are made for milliseconds.
        HistogramBucketBoundaries = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
    });
    private readonly Counter<long> _published = Meter.CreateCounter<long>("voting.totals.published", description: "Totals the bus confirmed");

    public VotingMetrics() =>
        Meter.CreateObservableGauge("voting.relay.oldest.age", () => RelayAge(), "s", "Age of the oldest total not yet published by this replica");

    /// <summary>From here on every counter is there, at zero: one that came with its first event would hide that event from a rate.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var outcome in Outcomes)
            _votes.Add(0, new KeyValuePair<string, object?>("outcome", outcome));
        _published.Add(0);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Set by the relay: seconds the oldest waiting total has waited, 0 when none waits.</summary>
    public Func<double> RelayAge { get; set; } = static () => 0;

    public void Committed(int votes, TimeSpan took)
    {
        _votes.Add(votes, new KeyValuePair<string, object?>("outcome", "committed"));
        _batch.Record(votes);
        _commit.Record(took.TotalSeconds);
    }

    public void Failed(int votes) => _votes.Add(votes, new KeyValuePair<string, object?>("outcome", "unavailable"));

    /// <param name="outcome">A fixed word: unauthenticated, unknown-tool, malformed…</param>
    public void Refused(string outcome) => _votes.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public void Published(int totals) => _published.Add(totals);
}
