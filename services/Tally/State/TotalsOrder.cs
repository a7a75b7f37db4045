using Contracts;

namespace Tally.State;

/// <summary>The one rule by which a state replaces another, everywhere: in memory, on the board, and (as a script) in Redis.</summary>
internal static class TotalsOrder
{
    // Above 2^53 neither JavaScript nor Redis's Lua counts exactly.
    private const long Limit = 1L << 53;

    /// <summary>True when the state should replace what is kept: a newer epoch, a higher version, or the same whose time was
    /// unknown.</summary>
    public static bool IsNewer(ToolTotals? kept, ToolTotals state) =>
        kept is null || state.IsNewerThan(kept) || kept.At == default && state.At != default && SaysTheSame(kept, state);

    /// <summary>True when both count the same, at the same place of the same ledger.</summary>
    public static bool SaysTheSame(ToolTotals one, ToolTotals other) =>
        (one.Epoch, one.Version, one.Ship, one.Skip, one.Held, one.Void)
            == (other.Epoch, other.Version, other.Ship, other.Skip, other.Held, other.Void)
        && (Breadth.Of(one) is not { } broad || (Breadth.Of(other) ?? broad) == broad);

    /// <summary>
    /// What can be a total at all: nothing negative, no more votes (counted, held or void) than entries that could have cast them, and a
    /// tool whose slug is one, so that keys stay within known grammar.
    /// </summary>
    public static bool IsSound(ToolTotals totals) =>
        totals is { Tool: not null, Ship: >= 0 and < Limit, Skip: >= 0 and < Limit, Version: >= 0 and < Limit, Epoch: >= 0 and < Limit }
        && totals is { Held: >= 0 and < Limit, Void: >= 0 and < Limit, Networks: null or (>= 0 and < Limit) }
        && totals.Ship + totals.Skip + totals.Held + totals.Void <= totals.Version
        && Slug.IsValid(totals.Tool);

    /// <summary>What a known tool without votes has.</summary>
    public static ToolTotals Untouched(string tool, long epoch) => new(tool, 0, 0, 0, default, epoch);
}
