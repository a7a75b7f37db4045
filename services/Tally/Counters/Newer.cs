using Contracts;

namespace Tally;

/// <summary>The one rule by which a state replaces another, everywhere: in memory, on the board, and (as a script) in Redis.</summary>
internal static class Newer
{
    /// <summary>True when the state should replace what is kept: a higher version, or the same whose time was unknown.</summary>
    public static bool Than(ToolTotals? kept, ToolTotals state) =>
        kept is null || state.Version > kept.Version || state.Version == kept.Version && kept.At == default && state.At != default;

    /// <summary>What can be a total at all: nothing negative, and a tool whose slug is one, so that keys stay within known grammar.</summary>
    public static bool IsSound(ToolTotals totals) =>
        totals is { Tool: not null, Ship: >= 0 and < Limit, Skip: >= 0 and < Limit, Version: >= 0 and < Limit } && Slug.IsValid(totals.Tool);

    // Above 2^53 neither JavaScript nor Redis's Lua counts exactly.
    private const long Limit = 1L << 53;
}
