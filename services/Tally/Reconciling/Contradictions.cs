namespace Tally.Reconciling;

/// <summary>
/// What contradicted the ledger when it was last asked. Once may be a ledger that was just being replaced, twice in a row is wrong: then
/// the ledger has its way.
/// </summary>
internal sealed class Contradictions
{
    /// <summary>Stand for what is no tool's; no slugs.</summary>
    public const string History = ":history",
        Epoch = ":epoch";

    private HashSet<string> _doubted = [];

    /// <summary>True while something contradicted the ledger for the first time: ask again soon.</summary>
    public bool Any => _doubted.Count > 0;

    /// <param name="contradicting">What contradicts the ledger now.</param>
    /// <returns>What did so the last time too.</returns>
    public IReadOnlySet<string> Confirm(IEnumerable<string> contradicting)
    {
        var now = contradicting.ToHashSet();
        var confirmed = now.Where(_doubted.Contains).ToHashSet();
        now.ExceptWith(confirmed);
        _doubted = now;
        return confirmed;
    }
}
