using Voting.Ledger;

namespace Voting.Quota;

/// <summary>
/// Tells who has voted before. The ledger knows; this remembers what it said of the voters seen lately, in two halves of which the older is
/// forgotten when the younger is full. Only a voter's first vote on a replica thus costs a look into the ledger.
/// </summary>
internal sealed class KnownVoters(VoteLedger ledger)
{
    private const int Half = 50_000;
    private readonly Lock _gate = new();
    private HashSet<HashedVoter> _young = [],
        _old = [];

    /// <exception cref="System.Data.Common.DbException">The ledger does not answer.</exception>
    public async ValueTask<bool> HasVotedAsync(HashedVoter voter, CancellationToken cancellationToken)
    {
        lock (_gate)
            if (_young.Contains(voter) || _old.Contains(voter))
                return true;
        if (!await ledger.HasVotedAsync(voter, cancellationToken))
            return false;
        Add(voter);
        return true;
    }

    public void Add(HashedVoter voter)
    {
        lock (_gate)
        {
            if (_young.Count >= Half)
                (_old, _young) = (_young, []);
            _young.Add(voter);
        }
    }

    /// <summary>A forgotten voter is a stranger again.</summary>
    public void Forget(HashedVoter voter)
    {
        lock (_gate)
        {
            _young.Remove(voter);
            _old.Remove(voter);
        }
    }
}
