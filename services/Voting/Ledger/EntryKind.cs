namespace Voting.Ledger;

/// <summary>What an entry of the ledger is. The numbers are stored.</summary>
public enum EntryKind : short
{
    Vote = 0,
    Hold = 1,
    Release = 2,
    Void = 3,

    /// <summary>A vote whose mark is held or void just then: it moves no total.</summary>
    VoteNotCounted = 4,

    /// <summary>A new key of the public log: about no tool, and moves no total.</summary>
    Key = 5,
}

/// <summary>What an entry says that is not a vote.</summary>
/// <param name="Vote">The id of the entry whose vote it is about.</param>
/// <param name="Moderator">The public name of who decided; <see cref="Rule"/> for a rule.</param>
public sealed record Decision(long Vote, Reason Reason, string Moderator)
{
    public const string Rule = "rule";
}
