namespace Voting.Challenges;

/// <summary>What an answer to a challenge turned out to be.</summary>
public enum ChallengeOutcome
{
    Valid,

    /// <summary>Not an answer in ALTCHA's format.</summary>
    Malformed,

    /// <summary>The challenge is not one of ours, or the answer to it is wrong.</summary>
    Wrong,
    Expired,

    /// <summary>Ours, and made for another tool or another network.</summary>
    ForAnother,

    /// <summary>Right, but it was taken before, here or on another replica.</summary>
    AlreadyUsed,
}
