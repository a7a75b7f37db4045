using System.Diagnostics;
using System.Threading.Channels;
using Hosting;
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
    private readonly Outage _outage = new();

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
        var later = new List<Work>();
        while (later.Count > 0 || await _queue.Reader.WaitToReadAsync(CancellationToken.None))
        {
            if (heartbeat.Hold() is var hold && hold > TimeSpan.Zero)
                await Task.Delay(hold, CancellationToken.None);
            var (batch, leaving) = Gather(later);
            if (batch.Count > 0)
                await CommitAsync(batch);
            if (leaving.Count > 0)
                await ForgetAsync(leaving);
        }
    }

    /// <summary>
    /// A (voter, tool) pair stands in a batch once: the same choice raced in parallel shares one place and one answer; another choice on the
    /// same tool waits for the next batch, in its order. Voters who leave go after the batch: with what they cast before in it, while what they cast
    /// afterwards waits for the next. Others are not held up, so that asking to be forgotten again and again slows nobody's vote.
    /// </summary>
    private (Dictionary<(Guid, string), List<Waiting>> Batch, List<Leaving> Leaving) Gather(List<Work> later)
    {
        var batch = new Dictionary<(Guid, string), List<Waiting>>();
        var leaving = new List<Leaving>();
        var gathered = later.ToArray();
        later.Clear();
        var (held, behind, gone) = (new HashSet<(Guid, string)>(), new HashSet<Guid>(), new HashSet<Guid>());
        foreach (var work in gathered)
            Place(work);
        // What is put off is bounded too: one voter who races against itself must not pull the whole queue into memory to be looked at again and again.
        while (batch.Count + leaving.Count < MaxBatch && later.Count < MaxBatch && _queue.Reader.TryRead(out var work))
            Place(work);
        return (batch, leaving);

        void Place(Work work)
        {
            if (work is Waiting waiting)
                PlaceCast(waiting);
            else
                PlaceLeaving((Leaving)work);
        }

        void PlaceLeaving(Leaving voter)
        {
            if (behind.Contains(voter.Voter))
                later.Add(voter);
            else
                leaving.Add(voter);
            gone.Add(voter.Voter);
        }

        void PlaceCast(Waiting waiting)
        {
            if (waiting.Gone.IsCancellationRequested)
            {
                waiting.Answer.SetCanceled(waiting.Gone);
                return;
            }

            var pair = (waiting.Cast.Voter, waiting.Cast.Tool);
            var free = !held.Contains(pair) && !gone.Contains(waiting.Cast.Voter);
            if (free && !batch.TryGetValue(pair, out var same))
            {
                batch.Add(pair, [waiting]);
            }
            else if (free && batch[pair][0].Cast.Choice == waiting.Cast.Choice)
            {
                batch[pair].Add(waiting);
            }
            else
            {
                held.Add(pair);
                behind.Add(waiting.Cast.Voter);
                later.Add(waiting);
            }
        }
    }

    private async Task CommitAsync(Dictionary<(Guid, string), List<Waiting>> batch)
    {
        var places = batch.Values.ToArray();
        using var span = VotingTrace.Source.HasListeners()
            ? VotingTrace.Source.Continue("commit batch", ActivityKind.Internal, places.SelectMany(place => place).Select(waiting => waiting.Trace))
            : null;
        span?.SetTag("voting.votes", places.Length);
        var started = Stopwatch.GetTimestamp();
        try
        {
            var committed = await ledger.CommitAsync(Array.ConvertAll(places, place => place[0].Cast), CancellationToken.None);
            metrics.Committed(places.Length, Stopwatch.GetElapsedTime(started));
            relay.Moved(committed.Moved);
            if (_outage.Works())
                VotingLog.CommitsAgain(log);
            for (var i = 0; i < places.Length; i++)
                places[i].ForEach(waiting => waiting.Answer.SetResult(committed.Votes[i]));
        }
        catch (Exception error)
        {
            span?.SetStatus(ActivityStatusCode.Error, error.Message);
            if (_outage.Fails())
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
        public ActivityContext Trace { get; } = VotingTrace.Source.Here();
        public TaskCompletionSource<Vote> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
