using Voting.Ledger;

namespace Voting.Batching;

/// <summary>
/// What goes into the next transaction. A (voter, tool) pair stands in a batch once: the same choice raced in parallel shares one place and
/// one answer; another choice on the same tool waits for the next batch, in its order. Voters who leave go after the batch: with what they
/// cast before in it, while what they cast afterwards waits for the next. Others are not held up, so that asking to be forgotten again and
/// again slows nobody's vote. Used by the committing loop alone, and used again for each batch.
/// </summary>
internal sealed class BatchBuilder
{
    // What is put off is bounded too: one voter who races against itself must not pull the whole queue into memory to be looked at again
    // and again.
    private const int Most = 1000;

    private readonly Dictionary<(HashedVoter Voter, string Tool), PendingCast> _pairs = [];
    private readonly HashSet<(HashedVoter, string)> _held = [];
    private readonly HashSet<HashedVoter> _behind = [];
    private readonly HashSet<HashedVoter> _gone = [];
    private bool _afterStall;
    private List<PendingRequest> _putOff = [];
    private List<PendingRequest> _again = [];

    /// <summary>One for each pair; who shares its place hangs on it.</summary>
    public List<PendingCast> Casts { get; } = [];

    public List<PendingErasure> Leaves { get; } = [];

    /// <summary>Something already waits for the batch after.</summary>
    public bool PutOff => _putOff.Count > 0;

    public bool Full => Casts.Count + Leaves.Count >= Most || _putOff.Count >= Most;

    /// <summary>Empties it and takes what was put off.</summary>
    /// <param name="afterStall">Senders may have hung up without the server knowing yet.</param>
    public void Begin(bool afterStall)
    {
        _afterStall = afterStall;
        Casts.Clear();
        Leaves.Clear();
        _pairs.Clear();
        _held.Clear();
        _behind.Clear();
        _gone.Clear();
        (_putOff, _again) = (_again, _putOff);
        _again.ForEach(Add);
        _again.Clear();
    }

    public void Add(PendingRequest waiting)
    {
        if (waiting is PendingCast cast)
            Add(cast);
        else
            Add((PendingErasure)waiting);
    }

    private void Add(PendingErasure leave)
    {
        if (_behind.Contains(leave.Voter))
            _putOff.Add(leave);
        else
            Leaves.Add(leave);
        _gone.Add(leave.Voter);
    }

    private void Add(PendingCast cast)
    {
        if (cast.IsGone(_afterStall))
        {
            cast.Cancel();
            return;
        }

        var pair = (cast.Cast.Voter, cast.Cast.Tool);
        var free = !(_held.Count > 0 && _held.Contains(pair)) && !(_gone.Count > 0 && _gone.Contains(cast.Cast.Voter));
        if (free && _pairs.TryAdd(pair, cast))
        {
            Casts.Add(cast);
        }
        else if (free && _pairs[pair] is var first && first.Cast.Choice == cast.Cast.Choice)
        {
            first.Share(cast);
        }
        else
        {
            _held.Add(pair);
            _behind.Add(cast.Cast.Voter);
            _putOff.Add(cast);
        }
    }
}
