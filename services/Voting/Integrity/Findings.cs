using Voting.Ledger;

namespace Voting.Integrity;

/// <summary>What a look at one tool's first votes found.</summary>
/// <param name="Finding"><see cref="Reason.None"/> when there is nothing for a moderator.</param>
/// <param name="StandardErrors">By how many the votes in question lean away from the others; more to ship when positive.</param>
internal sealed record Findings(
    IReadOnlyList<HashedVoter> Hold,
    Reason HoldFor,
    IReadOnlyList<HashedVoter> Release,
    IReadOnlyList<HashedVoter> Void,
    Reason Finding,
    double StandardErrors
);
