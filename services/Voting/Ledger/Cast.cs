using Contracts;

namespace Voting.Ledger;

/// <summary>A voter as the ledger knows it: a keyed hash of the id, 128 bits, the first of them set.</summary>
public readonly record struct HashedVoter(Guid Value);

/// <summary>What one voter wants its current choice on one tool to be.</summary>
/// <param name="Mark">The voter's pseudonym on this tool from now on, unless it has one.</param>
/// <param name="Admission">The default counts it and keeps nothing of where it came from.</param>
public readonly record struct Cast(HashedVoter Voter, string Tool, Choice Choice, Mark Mark, Admission Admission = default);

/// <summary>A voter's current choice on a tool.</summary>
/// <param name="Tool">The tool's slug.</param>
/// <param name="Choice">Withdrawn also when this voter never voted on it.</param>
/// <param name="Seq">This voter's changes on this tool so far; 0 when there was none.</param>
/// <param name="At">When the ledger committed the last change; null when there was none.</param>
/// <param name="Entry">The id of that change in the log; null when there was none, or when a release committed it that did not keep
/// it.</param>
/// <param name="Mark">The voter's pseudonym on this tool; null when there was no change.</param>
/// <param name="Salt">What was mixed into the mark; null as for <paramref name="Entry"/>.</param>
public sealed record Vote(
    string Tool,
    Choice Choice,
    long Seq,
    DateTimeOffset? At,
    long? Entry,
    Guid? Mark,
    Guid? Salt,
    VoteState State = default
)
{
    public static Vote None(string tool) => new(tool, Choice.Withdrawn, 0, null, null, null, null);
}

/// <summary>What a committed batch did: each cast's outcome in the order asked, and where the touched totals stand now.</summary>
public sealed record Committed(Vote[] Votes, IReadOnlyList<ToolTotals> Moved);

/// <summary>
/// One line of the append-only log: a change from one choice to another by a voter known by a pseudonym that is random for each tool; or
/// such a vote held, released or made void.
/// </summary>
/// <param name="Choice">What counts from now on. A hold goes to <see cref="Choice.Withdrawn"/> and a release back.</param>
/// <param name="Decision">Null for a vote.</param>
/// <param name="Key">The key that is announced, as verifiers write it; null for all other kinds.</param>
public sealed record Entry(
    long Id,
    string Tool,
    Guid Pseudonym,
    Choice Choice,
    Choice Previous,
    long Seq,
    DateTimeOffset At,
    EntryKind Kind = EntryKind.Vote,
    Decision? Decision = null,
    string? Key = null
);

/// <summary>Votes to be held, released or made void together.</summary>
/// <param name="Kind">Which of the three.</param>
/// <param name="Moderator">A public name, or <see cref="Decision.Rule"/>.</param>
public sealed record Moderation(
    string Tool,
    EntryKind Kind,
    Reason Reason,
    string Moderator,
    string Note,
    IReadOnlyList<HashedVoter> Voters
);

/// <param name="Votes">How many votes it was; the others were in a state that does not allow it.</param>
/// <param name="Moved">Where the tool's totals stand; null when nothing moved.</param>
public sealed record Moderated(long Votes, ToolTotals? Moved);

/// <summary>Where every tool's totals stand.</summary>
/// <param name="Epoch">The ledger's, also when it holds no vote yet.</param>
public sealed record LedgerTotals(long Epoch, List<ToolTotals> Totals);

/// <summary>Some of the ledger, added up; the oldest minute first.</summary>
public sealed record LedgerMinutes(long Epoch, List<ToolMinute> Minutes);

/// <summary>Entries of one tool within one minute, added up.</summary>
/// <param name="Ship">By how much they changed it.</param>
/// <param name="Skip">By how much they changed it.</param>
/// <param name="At">When the last of them was committed.</param>
/// <param name="LastId">The last one's id.</param>
public sealed record ToolMinute(string Tool, long Ship, long Skip, long Entries, DateTimeOffset At, long LastId);
