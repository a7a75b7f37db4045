using System.Diagnostics;
using Contracts;
using Hosting;
using Hosting.Observability;
using MassTransit;
using Voting.Ledger;

namespace Voting.Relay;

/// <summary>
/// Journey 5: The relay publishes totals.
/// It publishes state, not history: one message with the newest totals of every tool that moved since the last publish. The committing
/// loop hands its totals over directly; a sweep reads what another replica's crash or an outage left unpublished.
/// However long an outage lasts, what waits is one line per tool.
/// </summary>
public sealed class TotalsRelay(
    VoteLedger ledger,
    IBus bus,
    VotingMetrics metrics,
    [FromKeyedServices("Ledger")] Hosting.Databases.Schema schema,
    ILogger<TotalsRelay> logger
) : BackgroundService
{
    // A message of a thousand totals is about 100 kB; more would hold up its reader.
    private const int MaxTotals = 1000;
    private static readonly TimeSpan PublishTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MarkEvery = TimeSpan.FromSeconds(1);
    private const int SweepEveryMarks = 2;

    // Longer than a confirmed total waits for its mark.
    private static readonly TimeSpan Standing = 2 * MarkEvery;

    private readonly PublishBuffer _gathering = new();
    private readonly Dictionary<string, ToolTotals> _confirmed = [];
    private readonly Outage _publishing = new(),
        _sweeping = new();

    /// <summary>Called after COMMIT: these totals want to be published. Never blocks.</summary>
    public void Moved(IReadOnlyList<ToolTotals> totals) =>
        _gathering.Add(totals, VotingTrace.Source.Here() is var trace && trace == default ? [] : [trace]);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        metrics.RelayAge = _gathering.OldestAge;
        await Task.WhenAll(PublishAsync(stoppingToken), SweepAsync(stoppingToken));
    }

    private async Task PublishAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await _gathering.AnyAsync(cancellationToken);
            while (_gathering.Take(MaxTotals) is ({ Count: > 0 } totals, var traces))
            {
                try
                {
                    await PublishOnceAsync(totals, traces, cancellationToken);
                    metrics.Published(totals.Count);
                    if (_publishing.Works())
                        VotingLog.PublishRecovered(logger);
                    lock (_confirmed)
                        _confirmed.KeepNewest(totals);
                    await _gathering.RestAsync(cancellationToken);
                }
                catch (Exception error) when (!cancellationToken.IsCancellationRequested)
                {
                    _gathering.Add(totals, traces);
                    if (_publishing.Fails())
                        VotingLog.PublishFailed(
                            logger,
                            totals.Count,
                            error is OperationCanceledException
                                ? $"the broker did not confirm within {PublishTimeout.TotalSeconds} s"
                                : error.Message
                        );
                    await Task.Delay(TimeSpan.FromMilliseconds(250), cancellationToken);
                }
            }
        }
    }

    private async Task PublishOnceAsync(List<ToolTotals> totals, List<ActivityContext> traces, CancellationToken cancellationToken)
    {
        // A time-out always: a broker that froze would otherwise hold the relay forever. What was cancelled may still arrive; doubles do no
        // harm.
        using var timeout = cancellationToken.WithTimeout(PublishTimeout);
        // The bus carries the span's context along in the message's headers.
        using var span = VotingTrace.Source.Continue("relay totals", ActivityKind.Internal, traces);
        span?.SetTag("voting.totals", totals.Count);
        await bus.Publish(new TotalsMoved { Totals = totals }, Hosting.Messaging.Bus.Mandatory, timeout.Token);
    }

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        await schema.Applied.WaitAsync(cancellationToken);
        using var timer = new PeriodicTimer(MarkEvery);
        for (var tick = 0; ; tick++)
        {
            try
            {
                await MarkAsync(cancellationToken);
                // Only what has stood for a while: fresh totals are on their way already from the replica that committed them.
                if (tick % SweepEveryMarks == 0)
                    Moved(await ledger.UnpublishedAsync(Standing, MaxTotals, cancellationToken));
                _sweeping.Works();
            }
            catch (Exception error) when (!cancellationToken.IsCancellationRequested)
            {
                if (_sweeping.Fails())
                    VotingLog.SweepFailed(logger, error.Message);
            }

            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    // Once a second, not once a message: a mark that a crash loses costs one more publish of the same state.
    private async Task MarkAsync(CancellationToken cancellationToken)
    {
        List<ToolTotals> confirmed;
        lock (_confirmed)
        {
            confirmed = [.. _confirmed.Values];
            _confirmed.Clear();
        }

        if (confirmed.Count == 0)
            return;
        try
        {
            await ledger.MarkPublishedAsync(confirmed, cancellationToken);
        }
        catch
        {
            lock (_confirmed)
                _confirmed.KeepNewest(confirmed);
            throw;
        }
    }
}
