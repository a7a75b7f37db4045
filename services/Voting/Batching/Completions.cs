using Voting.Ledger;

namespace Voting.Batching;

/// <summary>
/// Journey 4: Readers are answered after COMMIT.
/// One work item for each processor instead of one for each vote: queueing them, and waking threads for them, cost more than the answers.
/// </summary>
internal sealed class Completions : IThreadPoolWorkItem
{
    private const int Smallest = 32;
    private readonly PendingCast[] _casts;
    private readonly Vote[]? _votes;
    private readonly Exception? _error;
    private readonly int _from;
    private readonly int _to;

    private Completions(PendingCast[] casts, Vote[]? votes, Exception? error, int from, int to) =>
        (_casts, _votes, _error, _from, _to) = (casts, votes, error, from, to);

    public static void Committed(PendingCast[] casts, Vote[] votes) => HandOut(casts, votes, null);

    public static void Failed(PendingCast[] casts, Exception error) => HandOut(casts, null, error);

    public void Execute()
    {
        for (var place = _from; place < _to; place++)
        {
            if (_votes is not null)
                _casts[place].Commit(_votes[place]);
            else
                _casts[place].Fail(_error!);
        }
    }

    private static void HandOut(PendingCast[] casts, Vote[]? votes, Exception? error)
    {
        var size = Math.Max(Smallest, (casts.Length + Environment.ProcessorCount - 1) / Environment.ProcessorCount);
        for (var from = 0; from < casts.Length; from += size)
            ThreadPool.UnsafeQueueUserWorkItem(
                new Completions(casts, votes, error, from, Math.Min(from + size, casts.Length)),
                preferLocal: false
            );
    }
}
