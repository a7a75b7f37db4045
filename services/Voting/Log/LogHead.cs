namespace Voting.Log;

/// <summary>How far the log is.</summary>
/// <param name="Size">Entries in the tree.</param>
/// <param name="SignedSize">Entries that the checkpoint covers; 0 before the first.</param>
/// <param name="SignedAt">When the checkpoint was signed, microseconds since 1970.</param>
/// <param name="Checkpoint">The signed note that is served; null before the first.</param>
/// <param name="Owner">The replica that keeps the log.</param>
/// <param name="OwnedUntil">Until when the others leave it alone, microseconds since 1970.</param>
/// <param name="Entries">Entries in the ledger.</param>
/// <param name="Cosignatures">The lines of those witnesses who signed this very checkpoint.</param>
public sealed record LogHead(
    long Size,
    long SignedSize,
    long SignedAt,
    string? Checkpoint,
    string Owner,
    long OwnedUntil,
    long Entries,
    string Cosignatures = ""
)
{
    /// <summary>Entries that can be proven: covered by the checkpoint, and in the tree, which may be under reconstruction.</summary>
    public long Provable => Checkpoint is null ? 0 : Math.Min(Size, SignedSize);

    /// <summary>The checkpoint as it is served; null before the first.</summary>
    public string? Note => Checkpoint is null ? null : Checkpoint + Cosignatures;
}

/// <summary>Where a tool's newest entry in the log left it.</summary>
/// <param name="Entry">That entry's index.</param>
public sealed record LoggedTotals(long Version, long Ship, long Skip, long Entry);

/// <summary>What some entries more make of the log, to be stored at once.</summary>
/// <param name="From">The size before them.</param>
/// <param name="Size">The size after them.</param>
/// <param name="Bundles">By number: the whole bundle as it now is.</param>
/// <param name="Withdrawn">Votes that no longer stand.</param>
internal sealed record LogPage(
    long From,
    long Size,
    IReadOnlyList<(Contracts.Log.Tile Tile, byte[] Hashes)> Tiles,
    IReadOnlyList<(long Number, byte[] Entries)> Bundles,
    IReadOnlyDictionary<string, LoggedTotals> Totals,
    IReadOnlyList<(string Tool, byte[] Mark)> Withdrawn
);
