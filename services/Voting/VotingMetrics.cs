using System.Collections.Frozen;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Hosting.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Voting;

/// <summary>What this service measures. Labels come from fixed words only, never from a request.</summary>
public sealed class VotingMetrics : IHostedService
{
    private const string Committed = "committed";

    // The alert on votes that could not be cast compares this word with the one above.
    private const string Unavailable = "unavailable";
    private const string Other = "other";

    // Beside committed: these were committed too.
    private const string HeldVote = "held";

    // The names of the problems that a refused vote is answered with.
    private static readonly string[] Refusals =
    [
        "no-voter",
        "malformed-vote",
        "malformed-voter",
        "malformed-nonce",
        "malformed-altcha",
        "unsupported-media-type",
        "unknown-tool",
        "retired-tool",
        "tools-not-yet-known",
        "too-many-new-voters",
        "too-many-requests",
    ];

    private static readonly FrozenDictionary<string, string> OutcomeOf = Refusals
        .Select(name => KeyValuePair.Create(Problems.TypeOf(name), name))
        .Append(KeyValuePair.Create(Problems.TypeOf("ledger-unavailable"), Unavailable))
        .ToFrozenDictionary();

    private static readonly Meter Meter = new("Voting");
    private readonly Counter<long> _votes = Meter.CreateCounter<long>(
        "voting.votes",
        description: "Votes cast, changed or withdrawn: committed, unavailable (the ledger could not take them), or the name of the "
            + "problem they were refused with"
    );
    private readonly Histogram<int> _batch = Meter.CreateHistogram<int>("voting.batch.size", description: "Votes committed together");
    private readonly Histogram<double> _commit = Meter.CreateHistogram(
        "voting.commit.duration",
        "s",
        "Time from batch to COMMIT",
        advice: new InstrumentAdvice<double>
        {
            // The default bounds are made for milliseconds.
            HistogramBucketBoundaries = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
        }
    );
    private readonly Counter<long> _published = Meter.CreateCounter<long>(
        "voting.totals.published",
        description: "Totals the bus confirmed"
    );

    public VotingMetrics()
    {
        Meter.CreateObservableGauge(
            "voting.relay.oldest.age",
            () => RelayAge(),
            "s",
            "Age of the oldest total not yet published by this replica"
        );
        Meter.CreateObservableGauge(
            "voting.log.lag",
            () => LogLag,
            description: "Entries that no signed checkpoint of the public log covers yet"
        );
        Meter.CreateObservableGauge(
            "voting.log.unsigned.age",
            () => _log.Lag > 0 ? Stopwatch.GetElapsedTime(_log.Since).TotalSeconds : 0,
            "s",
            "How long there have been such entries without a new checkpoint"
        );
    }

    // How many entries are not covered, how many are, and since when both have stood so.
    private (long Lag, long Covered, long Since) _log;

    /// <summary>Entries that no checkpoint covers yet.</summary>
    public long LogLag => _log.Lag;

    /// <param name="entries">Entries in the ledger.</param>
    /// <param name="covered">Those that the log's checkpoint covers.</param>
    public void LogStands(long entries, long covered)
    {
        var waits = _log.Lag > 0 && _log.Covered == covered;
        _log = (entries - covered, covered, waits ? _log.Since : Stopwatch.GetTimestamp());
    }

    /// <summary>
    /// From here on every counter is there, at zero: one that came with its first event would hide that event from a rate.
    /// </summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var outcome in OutcomeOf.Values.Append(Committed).Append(HeldVote).Append(Other))
            Count(outcome, 0);
        _published.Add(0);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Set by the relay: seconds the oldest waiting total has waited, 0 when none waits.</summary>
    public Func<double> RelayAge { get; set; } = static () => 0;

    /// <param name="votes">Of the batch; the same vote raced in parallel is one.</param>
    /// <param name="took">From the batch to COMMIT.</param>
    public void Commit(int votes, TimeSpan took)
    {
        Count(Committed, votes);
        _batch.Record(votes);
        _commit.Record(took.TotalSeconds);
    }

    /// <summary>Counts a vote that was answered with this problem, by the problem's name.</summary>
    public void Refused(ProblemHttpResult refusal) => Count(OutcomeOf.GetValueOrDefault(refusal.ProblemDetails.Type ?? "", Other), 1);

    /// <summary>A vote was taken and is held.</summary>
    public void Held() => Count(HeldVote, 1);

    public void Published(int totals) => _published.Add(totals);

    private void Count(string outcome, int votes) => _votes.Add(votes, new KeyValuePair<string, object?>("outcome", outcome));
}
