using System.Data.Common;
using System.Net;
using Voting.Batching;
using Voting.Ledger;

namespace Voting.Quota;

/// <summary>A vote that may be a first one, on its way through the gate; raced by the same voter on the same tool, they share it.</summary>
internal sealed class Passage(HashedVoter voter, string tool)
{
    public HashedVoter Voter { get; } = voter;
    public string Tool { get; } = tool;

    /// <summary>The marks of the requests under way, of which at most one comes to be the vote's.</summary>
    public HashSet<Guid> Marks { get; } = [];

    public Admission Admission { get; set; }

    public Bound Bound { get; set; }

    /// <summary>Until the bound's window ends; 0 while the gate is open.</summary>
    public int Seconds { get; set; }

    public bool IsOwn { get; set; }
    public bool IsCountedAsNewcomer { get; set; }
    public int Requests { get; set; }

    /// <summary>The mark that the vote has, once it is in the ledger as the voter's first on the tool.</summary>
    public Guid? First { get; set; }

    public bool IsOpen => Admission.Gate is Gate.Count;

    /// <summary>What a challenge is bound to: a phone may change its address within it meanwhile.</summary>
    public ReadOnlyMemory<byte> Neighborhood =>
        Admission.Networks!.AsMemory(NetworkWidths.NeighborhoodOf(Admission.Networks) * NetworkHash.Length, NetworkHash.Length);
}

/// <summary>
/// Bounds how many first votes of one network are counted at once: on each tool, and by newcomers on all. Whoever comes above a bound is
/// not turned away but asked for some work, and the vote is held until it is seen what it belongs to. A vote that stands may always be
/// changed, and the tool and the choice were checked before, so that a mistake counts nothing.
/// </summary>
public sealed class VoteGate
{
    private static readonly TimeSpan SleeperAge = TimeSpan.FromHours(1);

    private readonly QuotaSettings _settings;
    private readonly KnownVoters _known;
    private readonly CohortStore _store;
    private readonly GateFigures _figures;
    private readonly TimeProvider _timeProvider;
    private readonly NetworkCounts _counts;

    private readonly Lock _gate = new();
    private readonly Dictionary<(HashedVoter, string), Passage> _passing = [];
    private readonly HashSet<HashedVoter> _newcomers = [];

    // Votes this process counted when they came: the follower finds them in the ledger too.
    private readonly HashSet<Guid> _own = [];
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Salt? _salt;

    private sealed record Salt(long Day, byte[] Bytes);

    internal VoteGate(QuotaSettings settings, KnownVoters known, CohortStore store, GateFigures figures, TimeProvider timeProvider)
    {
        (_settings, _known, _store, _figures, _timeProvider) = (settings, known, store, figures, timeProvider);
        _counts = new NetworkCounts(settings);
    }

    public bool Enabled => _settings.Enabled;

    /// <summary>The day (since 1970) whose salt this process holds, if any.</summary>
    public long? SaltOf => _salt?.Day;

    /// <param name="issuedAt">When the voter's token was issued; null when this request makes the voter.</param>
    /// <param name="mark">The vote's, if it is the first.</param>
    /// <exception cref="LedgerUnavailableException">The ledger can't say whether the voter is new.</exception>
    internal async ValueTask<Passage> AskAsync(
        DateTimeOffset? issuedAt,
        HashedVoter voter,
        string tool,
        Guid mark,
        IPAddress? from,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await _ready.Task.WaitAsync(cancellationToken);
            var now = _timeProvider.GetUtcNow();
            var isNewcomer = !await _known.HasVotedAsync(voter, cancellationToken);
            var networks = NetworkHash.Of(await SaltAsync(now, cancellationToken), from);
            lock (_gate)
                return Enter(issuedAt, voter, tool, mark, isNewcomer, networks, NetworkHash.IsOwn(from), now);
        }
        catch (DbException error)
        {
            throw new LedgerUnavailableException("The ledger does not say who has voted before.", error);
        }
    }

    /// <summary>A request is through.</summary>
    /// <param name="vote">The voter's vote on the tool; null when nobody knows.</param>
    internal void Leave(Passage passage, Vote? vote)
    {
        lock (_gate)
        {
            if (vote is { Seq: > 0 })
                _known.Add(passage.Voter);
            if (vote is { Seq: 0 })
                _figures.Count(passage.Tool, Gate.Refuse, passage.Bound);
            if (passage.First is null && vote is { Seq: 1, Mark: { } mark } && passage.Marks.Contains(mark))
            {
                passage.First = mark;
                _figures.Count(passage.Tool, vote.State.IsHeld ? Gate.Hold : Gate.Count, passage.Bound);
            }

            if (--passage.Requests > 0)
                return;
            _passing.Remove((passage.Voter, passage.Tool));
            if (passage.IsCountedAsNewcomer)
                _newcomers.Remove(passage.Voter);
            foreach (var other in passage.Marks)
                if (other != passage.First)
                    _own.Remove(other);
            // If it was committed after all, the follower finds it in the ledger and counts it then.
            if (passage.IsOpen && passage.First is null)
                Count(passage, by: -1);
        }
    }

    /// <summary>The voter was forgotten. What was counted stays counted: erasure is no way to make room.</summary>
    public void Forgotten(HashedVoter voter) => _known.Forget(voter);

    /// <summary>Counts what other replicas took in, and what was there before this process.</summary>
    internal void Follow(IReadOnlyList<Cohort> cohorts)
    {
        lock (_gate)
            foreach (var cohort in cohorts)
                if (!_own.Remove(cohort.Mark))
                    _counts.Add(cohort.Tool, cohort.Networks, cohort.IsNewcomer, cohort.At);
    }

    /// <summary>All that the ledger has of today is counted.</summary>
    internal void Open() => _ready.TrySetResult();

    /// <summary>Destroys the salt of a day that is over.</summary>
    internal void Forget(DateTimeOffset now)
    {
        if (_salt is { } known && known.Day != QuotaWindows.Of(now).Day)
            _salt = null;
    }

    private async ValueTask<byte[]> SaltAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var day = QuotaWindows.Of(now).Day;
        if (_salt is { } known && known.Day == day)
            return known.Bytes;
        return (_salt = new Salt(day, await _store.SaltAsync(day, cancellationToken))).Bytes;
    }

    private Passage Enter(
        DateTimeOffset? issuedAt,
        HashedVoter voter,
        string tool,
        Guid mark,
        bool isNewcomer,
        byte[] networks,
        bool isOwn,
        DateTimeOffset now
    )
    {
        if (!_passing.TryGetValue((voter, tool), out var passage))
        {
            passage = _passing[(voter, tool)] = new Passage(voter, tool)
            {
                IsOwn = isOwn,
                IsCountedAsNewcomer = isNewcomer && _newcomers.Add(voter),
            };
            var bound = _counts.TryAdd(isOwn ? null : tool, networks, passage.IsCountedAsNewcomer, now, out var isNetworkNew);
            var flags =
                (isNetworkNew ? AdmissionFlags.NewNetwork : AdmissionFlags.None)
                | (isNewcomer ? AdmissionFlags.Newcomer : AdmissionFlags.None)
                | (isNewcomer && now - issuedAt > SleeperAge ? AdmissionFlags.Sleeper : AdmissionFlags.None);
            passage.Admission = new Admission(bound is Bound.None ? Gate.Count : Gate.Refuse, networks, flags);
            passage.Bound = bound;
            passage.Seconds = bound is Bound.None ? 0 : QuotaWindows.SecondsLeft(bound, now);
        }

        passage.Requests++;
        passage.Marks.Add(mark);
        if (passage.IsOpen)
            _own.Add(mark);
        return passage;
    }

    private void Count(Passage passage, int by) =>
        _counts.Add(
            passage.IsOwn ? null : passage.Tool,
            passage.Admission.Networks,
            passage.IsCountedAsNewcomer,
            _timeProvider.GetUtcNow(),
            by
        );
}
