using System.Diagnostics;
using System.Threading.Channels;
using Voting.Relay;

namespace Voting.Ledger;

/// <summary>The ledger can't commit now: the reader gets 503 and may simply try again.</summary>
public sealed class LedgerUnavailableException(string reason, Exception? inner = null) : Exception(reason, inner);

/// <summary>
/// Journey, steps 3 and 4. One loop commits whatever votes gathered while the batch before was on its way to the disk; nobody is answered before
/// COMMIT returned. No timer fills batches (a lone vote would wait for nothing), and there is no second loop (batches would contend for the same rows).
/// </summary>
public sealed class BatchWriter(VoteLedger ledger, TotalsRelay relay, Heartbeat heartbeat, VotingMetrics metrics, ILogger<BatchWriter> log) : BackgroundService
{
    private const int MaxBatch = 1000;

    // Bounded: beyond this the disk is behind by more than readers would wait, and saying so at once is kinder than a queue.
    private readonly Channel<Work> _queue = Channel.CreateBounded<Work>(new BoundedChannelOptions(20_000) { SingleReader = true });

    /// <summary>Answers once the cast is durable.</summary>
    /// <param name="cast">The vote.</param>
    /// <param name="gone">
    /// The sender hung up. A vote it no longer waits for is left out if it can be: the sender may have asked another replica meanwhile
    /// and changed its mind since, and this late one would undo that.
    /// </param>
    /// <exception cref="LedgerUnavailableException">It may or may not have been written; casting the same again is safe.</exception>
    public Task<Vote> CastAsync(Cast cast, CancellationToken gone)
    {
        var waiting = new Waiting(cast, gone);
        return _queue.Writer.TryWrite(waiting)
            ? waiting.Answer.Task
            : Task.FromException<Vote>(new LedgerUnavailableException("Too many votes are waiting."));
    }

    /// <summary>
    /// Completes once the voter's votes are withdrawn and the voter's rows are gone. Stands in the same queue as the casts: whatever was taken in before is
    /// forgotten too, and whatever comes after begins anew.
    /// </summary>
    /// <exception cref="LedgerUnavailableException">It may or may not be done; asking again is safe.</exception>
    public Task ForgetAsync(Guid voter)
    {
        var leaving = new Leaving(voter);
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
        var later = new List<Waiting>();
        var leaving = new List<Leaving>();
        while (later.Count > 0 || leaving.Count > 0 || await _queue.Reader.WaitToReadAsync(CancellationToken.None))
        {
            if (heartbeat.Hold() is var hold && hold > TimeSpan.Zero)
                await Task.Delay(hold, CancellationToken.None);
            var batch = Gather(later, leaving);
            if (batch.Count > 0)
                await CommitAsync(batch);
            if (leaving.Count > 0 && later.Count == 0)
                await ForgetAsync(leaving);
        }
    }

    /// <summary>
    /// A (voter, tool) pair stands in a batch once: the same choice raced in parallel shares one place and one answer; another choice on the
    /// same tool waits for the next batch, in its order. Nothing is read past voters who leave until they are gone.
    /// </summary>
    private Dictionary<(Guid, string), List<Waiting>> Gather(List<Waiting> later, List<Leaving> leaving)
    {
        var batch = new Dictionary<(Guid, string), List<Waiting>>();
        var gathered = later.ToArray();
        later.Clear();
        var held = new HashSet<(Guid, string)>();
        foreach (var waiting in gathered)
            Place(waiting);
        while (batch.Count < MaxBatch && _queue.Reader.TryPeek(out var next) && (leaving.Count == 0 || next is Leaving) && _queue.Reader.TryRead(out next))
        {
            if (next is Leaving voter)
                leaving.Add(voter);
            else
                Place((Waiting)next);
        }

        return batch;

        void Place(Waiting waiting)
        {
            if (waiting.Gone.IsCancellationRequested)
            {
                waiting.Answer.SetCanceled(waiting.Gone);
                return;
            }

            var pair = (waiting.Cast.Voter, waiting.Cast.Tool);
            if (!held.Contains(pair) && !batch.TryGetValue(pair, out var same))
            {
                batch.Add(pair, [waiting]);
            }
            else if (!held.Contains(pair) && batch[pair][0].Cast.Choice == waiting.Cast.Choice)
            {
                batch[pair].Add(waiting);
            }
            else
            {
                held.Add(pair);
                later.Add(waiting);
            }
        }
    }

    private async Task CommitAsync(Dictionary<(Guid, string), List<Waiting>> batch)
    {
        var places = batch.Values.ToArray();
        var started = Stopwatch.GetTimestamp();
        try
        {
            var committed = await ledger.CommitAsync(Array.ConvertAll(places, place => place[0].Cast), CancellationToken.None);
            metrics.Committed(places.Length, Stopwatch.GetElapsedTime(started));
            relay.Moved(committed.Moved);
            for (var i = 0; i < places.Length; i++)
                places[i].ForEach(waiting => waiting.Answer.SetResult(committed.Votes[i]));
        }
        catch (Exception error)
        {
            VotingLog.BatchFailed(log, places.Length, error.Message);
            metrics.Failed(places.Length);
            var unavailable = new LedgerUnavailableException("The ledger could not commit.", error);
            foreach (var waiting in places.SelectMany(place => place))
                waiting.Answer.SetException(unavailable);
        }
    }

    private async Task ForgetAsync(List<Leaving> leaving)
    {
        try
        {
            relay.Moved(await ledger.ForgetAsync(leaving.ConvertAll(voter => voter.Voter), CancellationToken.None));
            leaving.ForEach(voter => voter.Answer.SetResult());
        }
        catch (Exception error)
        {
            VotingLog.ForgetFailed(log, leaving.Count, error.Message);
            var unavailable = new LedgerUnavailableException("The ledger could not commit.", error);
            leaving.ForEach(voter => voter.Answer.SetException(unavailable));
        }

        leaving.Clear();
    }

    private abstract class Work;

    private sealed class Leaving(Guid voter) : Work
    {
        public Guid Voter { get; } = voter;
        public TaskCompletionSource Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Waiting(Cast cast, CancellationToken gone) : Work
    {
        public Cast Cast { get; } = cast;
        public CancellationToken Gone { get; } = gone;
        public TaskCompletionSource<Vote> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
