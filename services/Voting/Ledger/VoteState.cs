namespace Voting.Ledger;

/// <summary>Why a vote is held or void, or was released. The numbers are stored.</summary>
public enum Reason : short
{
    None = 0,

    /// <summary>More first votes on the tool came from the voter's network that day than are counted at once.</summary>
    CrowdedNetwork = 1,

    /// <summary>Voters of networks with several new voters voted differently from the others.</summary>
    Concentrated = 2,

    /// <summary>Many voters who were made long before and had been silent until then.</summary>
    Sleepers = 3,

    /// <summary>Far more new voters than the tool ever had in such a time.</summary>
    Velocity = 4,
    Flood = 5,
    PaidVotes = 6,
    TestVotes = 7,
    HonestCrowd = 8,
    Mistake = 9,

    /// <summary>Nobody decided in time, and the votes would have moved the tool.</summary>
    Undecided = 10,

    /// <summary>The voters of one network lean one way, unlike the others.</summary>
    OneNetwork = 11,

    /// <summary>A flood that the tool's maker was found to be behind; the tool carries a notice afterwards.</summary>
    MakerFlood = 12,
    Other = 98,
}

public static class Reasons
{
    private static readonly (Reason Reason, string Word)[] Words =
    [
        (Reason.CrowdedNetwork, "crowded-network"),
        (Reason.Concentrated, "concentrated"),
        (Reason.Sleepers, "sleepers"),
        (Reason.Velocity, "velocity"),
        (Reason.Flood, "flood"),
        (Reason.PaidVotes, "paid-votes"),
        (Reason.TestVotes, "test-votes"),
        (Reason.HonestCrowd, "honest-crowd"),
        (Reason.Mistake, "mistake"),
        (Reason.Undecided, "undecided"),
        (Reason.OneNetwork, "one-network"),
        (Reason.MakerFlood, "maker-flood"),
        (Reason.Other, "other"),
    ];

    /// <summary>Those a moderator may give; the others are rules' own.</summary>
    public static IReadOnlyList<string> ForModerators { get; } =
    ["flood", "maker-flood", "concentrated", "one-network", "sleepers", "paid-votes", "test-votes", "honest-crowd", "mistake", "other"];

    /// <returns>The word of the API and of the public log; null for none.</returns>
    public static string? Word(this Reason reason) => Words.FirstOrDefault(known => known.Reason == reason).Word;

    /// <returns>The reason a moderator gives by this word, or null if there is none.</returns>
    public static Reason? Parse(string? word) =>
        word is not null && ForModerators.Contains(word) ? Words.First(known => known.Word == word).Reason : null;
}

/// <summary>Whether a vote is in the tool's numbers. It belongs to the mark: a later change of the vote keeps it.</summary>
/// <param name="Value">0 counted; 1 to 99 held for the <see cref="Reason"/> of that number; 100 and more void, for that of the number less
/// 100.</param>
public readonly record struct VoteState(short Value)
{
    private const short Voids = 100;

    public bool IsCounted => Value == 0;
    public bool IsHeld => Value is > 0 and < Voids;
    public bool IsVoid => Value >= Voids;
    public Reason Reason => (Reason)(IsVoid ? Value - Voids : Value);

    public string Word =>
        IsCounted ? "counted"
        : IsHeld ? "held"
        : "void";

    public static VoteState Held(Reason reason) => new((short)reason);

    public static VoteState Void(Reason reason) => new((short)(Voids + (short)reason));
}
