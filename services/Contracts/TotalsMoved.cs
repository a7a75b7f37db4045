namespace Contracts;

/// <summary>
/// Voting says where the totals of some tools stand now. State, not history: the next message corrects one that was lost, doubled or late.
/// </summary>
public record TotalsMoved
{
    public required IReadOnlyList<ToolTotals> Totals { get; init; }
}

/// <summary>One tool's absolute totals in the ledger.</summary>
/// <param name="Tool">The tool's slug.</param>
/// <param name="Ship">Voters whose current choice is ship.</param>
/// <param name="Skip">Voters whose current choice is skip.</param>
/// <param name="Version">Ledger entries of this tool so far; within an epoch it only grows, so the higher version is the newer
/// state.</param>
/// <param name="At">When the ledger committed this version, UTC.</param>
/// <param name="Epoch">
/// Which lineage of the ledger the version belongs to: the Unix time in seconds at which it began. A restored backup begins a new one, and
/// a newer epoch wins
/// whatever the version. 0 when the sender says none.
/// </param>
/// <param name="Held">Votes that are not in the numbers until somebody decides.</param>
/// <param name="Void">Votes that were taken out of the numbers for good.</param>
/// <param name="Networks">How many networks the counted first votes came from, added up by day; null when the sender does not know.</param>
public record ToolTotals(
    string Tool,
    long Ship,
    long Skip,
    long Version,
    DateTimeOffset At,
    long Epoch = 0,
    long Held = 0,
    long Void = 0,
    long? Networks = null
)
{
    /// <summary>The one rule by which a state is newer than another, wherever both are known.</summary>
    public bool IsNewerThan(ToolTotals other) => Epoch > other.Epoch || Epoch == other.Epoch && Version > other.Version;
}
