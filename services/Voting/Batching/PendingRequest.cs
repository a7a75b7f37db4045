using System.Diagnostics;
using Hosting.Connections;
using Voting.Ledger;

namespace Voting.Batching;

/// <summary>A request that waits for the committing loop.</summary>
internal abstract class PendingRequest;

/// <summary>A voter who wants to be forgotten.</summary>
internal sealed class PendingErasure(HashedVoter voter) : PendingRequest
{
    public HashedVoter Voter { get; } = voter;
    public TaskCompletionSource Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>
/// A cast that waits. Its request continues at once, on the same thread: so it is answered from the pool, many in one piece of work
/// (see <see cref="Completions"/>), and never by the committing loop.
/// </summary>
internal sealed class PendingCast(Cast cast, OpenConnection? connection, CancellationToken gone) : PendingRequest
{
    private readonly TaskCompletionSource<Vote> _answer = new();
    private readonly CancellationToken _gone = gone;
    private readonly OpenConnection? _connection = connection;
    private PendingCast? _next;

    public Cast Cast { get; } = cast;

    /// <summary>The sender disconnected.</summary>
    /// <param name="afterStall">The server may not know yet: the socket is asked.</param>
    public bool IsGone(bool afterStall) => _gone.IsCancellationRequested || afterStall && _connection?.HasHungUp() == true;

    /// <summary>The request's span, for the batch to go on with; null when nobody listens.</summary>
    public Activity? Request { get; } = VotingTrace.Source.HasListeners() ? Activity.Current : null;

    public Task<Vote> Answer => _answer.Task;

    /// <summary>Another of the same voter, tool and choice gets the same answer.</summary>
    public void Share(PendingCast same) => (same._next, _next) = (_next, same);

    // Rare, and called by the committing loop: not on its thread. The request ends once it is aborted, and not before the server knows why.
    public void Cancel() =>
        ThreadPool.UnsafeQueueUserWorkItem(
            static cast =>
            {
                if (!cast._gone.IsCancellationRequested)
                    cast._connection!.Abort();
                cast._gone.UnsafeRegister(static cast => ((PendingCast)cast!)._answer.TrySetCanceled(), cast);
            },
            this,
            preferLocal: false
        );

    public void Commit(Vote vote)
    {
        for (var same = this; same is not null; same = same._next)
            same._answer.SetResult(vote);
    }

    public void Fail(Exception error)
    {
        for (var same = this; same is not null; same = same._next)
            same._answer.SetException(error);
    }
}
