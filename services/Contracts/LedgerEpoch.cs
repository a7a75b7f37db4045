namespace Contracts;

/// <summary>How the ledger says beside its totals which lineage they are of.</summary>
public static class LedgerEpoch
{
    /// <summary>A header of <c>GET /api/ledger/totals</c>: the ledger's epoch, also when it holds no vote yet.</summary>
    public const string Header = "Ledger-Epoch";
}
