using Voting.Ledger;

namespace Voting.Integrity;

/// <summary>
/// The networks, at any width, whose voters lean one way unlike the tool's others. Together with others that lean the opposite way, or as
/// one network among many, they don't stand out in what all crowded networks voted.
/// </summary>
/// <param name="All">All votes of these networks.</param>
/// <param name="Leaning">The counted ones among them that lean the network's way.</param>
/// <param name="StandardErrors">Of the one that leans most.</param>
internal sealed record LeaningNetworks(IReadOnlySet<FirstVote> All, IReadOnlyList<FirstVote> Leaning, double StandardErrors)
{
    // Of fewer voters, the normal distribution says too little.
    private const int FewestVoters = 8;

    /// <param name="votes">Of one tool, all of which stand.</param>
    /// <param name="rest">Today's that nothing is suspected of.</param>
    /// <param name="older">The tool's totals without those that something is suspected of.</param>
    /// <param name="fewestOthers">Fewer of the rest say too little, and the older ones are asked.</param>
    /// <param name="certain">Standard errors that one network would have to lean; more when many are looked at.</param>
    public static LeaningNetworks Of(
        IReadOnlyList<FirstVote> votes,
        IReadOnlySet<FirstVote> rest,
        Sample older,
        int fewestOthers,
        double certain
    )
    {
        var networks = Networks(votes);
        // The chance that any of them leans so far is then at most as large as it is for one alone: P(Z > z) falls like exp(-z²/2).
        var bound = Math.Sqrt(certain * certain + 2 * Math.Log(Math.Max(1, networks.Count)));
        var today = Sample.Of(rest);
        var (all, leaning, most) = (new HashSet<FirstVote>(), new HashSet<FirstVote>(), 0.0);
        foreach (var network in networks)
        {
            var own = Sample.Of(network.Where(rest.Contains));
            var others = today.Without(own) is var current && current.Total >= fewestOthers ? current : older.Without(own);
            var errors = others.Total < fewestOthers ? 0 : Sample.Of(network).StandardErrorsFrom(others);
            if (Math.Abs(errors) < bound)
                continue;
            var side = errors > 0 ? Choice.Ship : Choice.Skip;
            all.UnionWith(network);
            leaning.UnionWith(network.Where(vote => vote.State.IsCounted && vote.Choice == side));
            most = Math.MaxMagnitude(most, errors);
        }

        return new LeaningNetworks(all, [.. leaning], most);
    }

    private static List<List<FirstVote>> Networks(IReadOnlyList<FirstVote> votes)
    {
        var networks = new List<List<FirstVote>>();
        for (var place = 0; votes.Any(vote => place < vote.Widths.Length); place++)
            networks.AddRange(
                votes
                    .Where(vote => place < vote.Widths.Length)
                    .GroupBy(vote => vote.Network(place))
                    .Select(network => network.ToList())
                    .Where(network => network.Count >= FewestVoters)
            );
        return networks;
    }
}
