namespace Voting.Ledger;

/// <summary>What becomes of a voter's first vote on a tool. A vote that stands already may be changed whatever this says.</summary>
public enum Gate : short
{
    Count = 0,
    Refuse = 1,
    Hold = 2,
}

[Flags]
public enum AdmissionFlags : short
{
    None = 0,

    /// <summary>The first of its network on the tool that day.</summary>
    NewNetwork = 1,

    /// <summary>The voter was made long ago and never voted.</summary>
    Sleeper = 2,

    /// <summary>The voter's first vote on any tool.</summary>
    Newcomer = 4,
}

/// <summary>How a first vote comes in.</summary>
/// <param name="Networks">Keyed hashes of the network it came from, which are kept beside it for 48 hours; null to keep none.</param>
public readonly record struct Admission(Gate Gate, byte[]? Networks, AdmissionFlags Flags);
