using Voting.Ledger;

namespace Voting.Integrity;

/// <summary>A tool whose votes somebody should look at.</summary>
/// <param name="Finding">Why it is open.</param>
/// <param name="StandardErrors">By how many the votes in question leaned away from the others when they were last looked at.</param>
/// <param name="DecidedAt">Null while it is open.</param>
internal sealed record IntegrityCase(
    long Id,
    string Tool,
    Reason Finding,
    double StandardErrors,
    DateTimeOffset OpenedAt,
    DateTimeOffset? DecidedAt
);

/// <summary>What was done to a tool's votes, as it was recorded.</summary>
/// <param name="Votes">To how many.</param>
/// <param name="Ship">By how much it moved the tool's ship votes.</param>
/// <param name="Skip">By how much it moved the tool's skip votes.</param>
internal sealed record ModerationRecord(
    long Id,
    string Tool,
    EntryKind Kind,
    Reason Reason,
    string Moderator,
    string Note,
    long Votes,
    long Ship,
    long Skip,
    DateTimeOffset At
);
