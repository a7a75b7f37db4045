using System.Diagnostics;
using System.Threading.Channels;
using Hosting.Connections;
using Hosting.Observability;
using Voting.Ledger;
using Voting.Relay;

namespace Voting.Batching;

/// <summary>The ledger can't commit now: the reader gets 503 and may simply try again.</summary>
public sealed class LedgerUnavailableException(string reason, Exception? inner = null) : Exception(reason, inner);

/// <summary>
/// Journey 3: Waiting votes become one batch.
/// One loop commits whatever votes arrived while the previous batch was being written to disk. No timer fills batches (a lone vote would
/// wait for nothing), and there is no second loop (batches would contend for the same rows).
/// </summary>
public sealed class BatchWriter(
    VoteLedger ledger,
    TotalsRelay relay,
    StallDetector heartbeat,
    ErasureSettings erasure,
    VotingMetrics metrics,
    ILogger<BatchWriter> logger
) : BackgroundService
{
    private readonly Outage _outage = new();

    // Bounded: beyond this the disk is behind by more than readers would wait, and saying so at once is kinder than a queue.
    private readonly Channel<PendingRequest> _queue = Channel.CreateBounded<PendingRequest>(
        new BoundedChannelOptions(20_000) { SingleReader = true }
    );

    /// <summary>Answers once the cast is durable.</summary>
    /// <param name="cast">The vote.</param>
    /// <param name="connection">The sender's; null asks <paramref name="gone"/> alone.</param>
    /// <param name="gone">
    /// The sender disconnected. A vote it no longer waits for is left out if it can be: the sender may have asked another replica meanwhile
    /// and changed its mind since, and this late one would undo that.
    /// </param>
    /// <exception cref="LedgerUnavailableException">It may or may not have been written; casting the same again is safe.</exception>
    public Task<Vote> CastAsync(Cast cast, OpenConnection? connection, CancellationToken gone)
    {
        var waiting = new PendingCast(cast, connection, gone);
        return _queue.Writer.TryWrite(waiting)
            ? waiting.Answer
            : Task.FromException<Vote>(new LedgerUnavailableException("Too many votes are waiting."));
    }

    /// <summary>
    /// Completes once the voter's rows are gone and the votes are withdrawn or await it. Stands in the same queue as the casts: whatever
    /// was taken in before is forgotten too, and whatever comes after starts over.
    /// </summary>
    /// <exception cref="LedgerUnavailableException">It may or may not be done; asking again is safe.</exception>
    public Task ForgetAsync(HashedVoter voter)
    {
        var leaving = new PendingErasure(voter);
        return _queue.Writer.TryWrite(leaving)
            ? leaving.Answer.Task
            : Task.FromException(new LedgerUnavailableException("Too many votes are waiting."));
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // Votes already taken in are still committed and answered; the loop ends when the queue is empty.
        _queue.Writer.TryComplete();
        if (ExecuteTask is { } loop)
            await loop.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var next = new BatchBuilder();
        while (next.PutOff || await _queue.Reader.WaitToReadAsync(CancellationToken.None))
        {
            if (heartbeat.Hold() is var hold && hold > TimeSpan.Zero)
                await Task.Delay(hold, CancellationToken.None);
            next.Begin(heartbeat.IsRecent);
            while (!next.Full && _queue.Reader.TryRead(out var waiting))
                next.Add(waiting);
            if (next.Casts.Count > 0)
                await CommitAsync([.. next.Casts]);
            if (next.Leaves.Count > 0)
                await ForgetAsync(next.Leaves);
        }
    }

    private async Task CommitAsync(PendingCast[] casts)
    {
        using var span = VotingTrace.Source.HasListeners()
            ? VotingTrace.Source.Continue(
                "commit batch",
                ActivityKind.Internal,
                casts.Select(cast => cast.Request is { Recorded: true } request ? request.Context : default)
            )
            : null;
        span?.SetTag("voting.votes", casts.Length);
        var started = Stopwatch.GetTimestamp();
        try
        {
            var committed = await ledger.CommitAsync(Array.ConvertAll(casts, waiting => waiting.Cast), CancellationToken.None);
            metrics.Commit(casts.Length, Stopwatch.GetElapsedTime(started));
            Completions.Committed(casts, committed.Votes);
            relay.Moved(committed.Moved);
            if (_outage.Works())
                VotingLog.CommitsAgain(logger);
        }
        catch (Exception error)
        {
            span?.SetStatus(ActivityStatusCode.Error, error.Message);
            if (_outage.Fails())
                VotingLog.BatchFailed(logger, casts.Length, error.Message);
            Completions.Failed(casts, new LedgerUnavailableException("The ledger could not commit.", error));
        }
    }

    private async Task ForgetAsync(List<PendingErasure> leaving)
    {
        try
        {
            relay.Moved(await ledger.ForgetAsync(leaving.ConvertAll(voter => voter.Voter), erasure.Spread, CancellationToken.None));
            leaving.ForEach(voter => voter.Answer.SetResult());
        }
        catch (Exception error)
        {
            VotingLog.ForgetFailed(logger, leaving.Count, error.Message);
            var unavailable = new LedgerUnavailableException("The ledger could not commit.", error);
            leaving.ForEach(voter => voter.Answer.SetException(unavailable));
        }
    }
}
