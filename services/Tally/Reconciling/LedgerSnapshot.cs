using Contracts;
using Tally.State;

namespace Tally.Reconciling;

/// <summary>What the ledger answered.</summary>
/// <param name="Epoch">Null from a release before epochs.</param>
/// <param name="Entries">How many entries it has in all, and so the last one's id.</param>
internal sealed record LedgerAnswer(long? Epoch, long Entries, IReadOnlyList<ToolTotals> Totals);

/// <summary>
/// The ledger's word at one moment, by which everything read before that moment can be judged: counters are made of what the ledger has
/// committed, so none of them can be
/// ahead of what it says afterwards. Whatever is ahead was not counted by this ledger: it was forged, or is from before a backup was
/// restored.
/// </summary>
internal sealed class LedgerSnapshot(long epoch, LedgerAnswer answer)
{
    private readonly Dictionary<string, ToolTotals> _totals = answer.Totals.ToDictionary(
        state => state.Tool,
        state => state with { Epoch = epoch }
    );

    public long Epoch => epoch;

    public IEnumerable<string> Tools => _totals.Keys;

    /// <summary>Where the tool stands, zeros when it has no votes.</summary>
    public ToolTotals Of(string tool) => _totals.GetValueOrDefault(tool) ?? TotalsOrder.Untouched(tool, epoch);

    /// <summary>True when the ledger's own totals of the tool could be. One that was tampered with judges nothing.</summary>
    public bool IsSoundOn(string tool) => TotalsOrder.IsSound(Of(tool));

    public bool IsContradictedBy(ToolTotals earlier) =>
        Of(earlier.Tool) is var said
        && TotalsOrder.IsSound(said)
        && (
            !TotalsOrder.IsSound(earlier)
            || earlier.IsNewerThan(said)
            || (earlier.Epoch, earlier.Version) == (said.Epoch, said.Version) && !TotalsOrder.SaysTheSame(earlier, said)
        );

    /// <summary>A history of an older epoch contradicts nothing: it begins again by itself.</summary>
    public bool IsContradictedBy(KeptHistory earlier) =>
        earlier.Epoch > epoch
        || (earlier.Epoch == epoch || earlier.Epoch == 0)
            && (earlier.Cursor > answer.Entries || earlier.Running.Any(tool => IsContradictedBy(Of(tool.Key), tool.Value)));

    private static bool IsContradictedBy(ToolTotals said, RunningCount earlier) =>
        earlier.Entries > said.Version || earlier.Entries == said.Version && (earlier.Ship, earlier.Skip) != (said.Ship, said.Skip);
}
