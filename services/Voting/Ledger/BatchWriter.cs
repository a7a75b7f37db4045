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
    private readonly Channel<Waiting> _queue = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(20_000) { SingleReader = true });

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
        while (later.Count > 0 || await _queue.Reader.WaitToReadAsync(CancellationToken.None))
        {
            if (heartbeat.Hold() is var hold && hold > TimeSpan.Zero)
                await Task.Delay(hold, CancellationToken.None);
            var batch = Gather(later);
            if (batch.Count > 0)
                await CommitAsync(batch);
        }
    }

    /// <summary>
    /// A (voter, tool) pair stands in a batch once: the same choice raced in parallel shares one place and one answer; another choice on the
    /// same tool waits for the next batch, in its order.
    /// </summary>
    private Dictionary<(Guid, string), List<Waiting>> Gather(List<Waiting> later)
    {
        var batch = new Dictionary<(Guid, string), List<Waiting>>();
        var gathered = later.ToArray();
        later.Clear();
        var held = new HashSet<(Guid, string)>();
        foreach (var waiting in gathered)
            Place(waiting);
        while (batch.Count < MaxBatch && _queue.Reader.TryRead(out var waiting))
            Place(waiting);
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

    private sealed class Waiting(Cast cast, CancellationToken gone)
    {
        public Cast Cast { get; } = cast;
        public CancellationToken Gone { get; } = gone;
        public TaskCompletionSource<Vote> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
