namespace Operator.Recounting;

/// <summary>
/// Adds the ledger up, entry by entry, and compares claims on the way. Trusts nothing but the entries, and checks that these follow from
/// one another.
/// </summary>
internal sealed class Recount
{
    private readonly Dictionary<string, Count> _counts = [];
    private readonly List<string> _wrongs = [];

    /// <param name="claims">To be met on the way.</param>
    public Recount(IEnumerable<Claim> claims)
    {
        foreach (var tool in claims.GroupBy(claim => claim.Tool))
            _counts[tool.Key] = new Count(new Queue<Claim>(tool.OrderBy(claim => claim.Version)));
        foreach (var (tool, count) in _counts)
            Meet(tool, count);
    }

    public long Entries { get; private set; }
    public IReadOnlyDictionary<string, Count> Counts => _counts;

    /// <summary>One tool's sums so far.</summary>
    internal sealed class Count(Queue<Claim> open)
    {
        public Queue<Claim> Open { get; } = open;
        public long Version { get; set; }
        public long Ship { get; set; }
        public long Skip { get; set; }
    }

    public void Take(in Entry entry)
    {
        if (entry.Id != Entries + 1)
            _wrongs.Add($"After entry {Entries} comes entry {entry.Id}.");
        Entries = entry.Id;
        if (entry.IsKey)
            return;
        if (
            entry.IsVote && entry.Choice == entry.Previous
            || !IsChoice(entry.Choice)
            || !IsChoice(entry.Previous)
            || entry.Seq < 1
            || (entry.IsVote && entry.Seq == 1 && entry.Previous is not null)
        )
            _wrongs.Add(
                $"Entry {entry.Id} is no change of a vote: {entry.Previous ?? "none"} to {entry.Choice ?? "none"}, seq {entry.Seq}."
            );

        if (!_counts.TryGetValue(entry.Tool, out var count))
            _counts.Add(entry.Tool, count = new Count([]));
        count.Version++;
        if (entry.Counted is not false)
        {
            count.Ship += Step(entry, "ship");
            count.Skip += Step(entry, "skip");
        }

        if (count.Ship < 0 || count.Skip < 0)
            _wrongs.Add($"With entry {entry.Id} {entry.Tool} falls below zero: {count.Ship} ship, {count.Skip} skip.");
        Meet(entry.Tool, count);
    }

    /// <returns>Everything that does not add up, in words; empty when all is exact.</returns>
    public IReadOnlyList<string> Wrongs() =>
        [
            .. _wrongs,
            .. _counts.SelectMany(tool =>
                tool.Value.Open.Select(claim =>
                    $"{claim.Source} says {Say(claim)} of {tool.Key}; the ledger has only {tool.Value.Version} entries of it."
                )
            ),
        ];

    private void Meet(string tool, Count count)
    {
        while (count.Open.TryPeek(out var claim) && claim.Version == count.Version)
        {
            count.Open.Dequeue();
            if (claim.Ship != count.Ship || claim.Skip != count.Skip)
                _wrongs.Add(
                    $"{claim.Source} says {Say(claim)} of {tool}; the recount of these entries is {count.Ship} ship, {count.Skip} skip."
                );
        }
    }

    private static string Say(Claim claim) => $"{claim.Ship} ship, {claim.Skip} skip at version {claim.Version}";

    private static int Step(in Entry entry, string choice) => (entry.Choice == choice ? 1 : 0) - (entry.Previous == choice ? 1 : 0);

    private static bool IsChoice(string? choice) => choice is null or "ship" or "skip";
}
