using Voting.Ledger;

namespace Voting.Integrity;

/// <summary>Some votes, added up.</summary>
internal readonly record struct Sample(long Ship, long Skip)
{
    public long Total => Ship + Skip;

    /// <summary>From 0 to 1; half when there are none.</summary>
    public double Share => Total == 0 ? 0.5 : (double)Ship / Total;

    public static Sample Of(IEnumerable<FirstVote> votes)
    {
        var (ship, skip) = (0L, 0L);
        foreach (var vote in votes)
            (ship, skip) = vote.Choice switch
            {
                Choice.Ship => (ship + 1, skip),
                Choice.Skip => (ship, skip + 1),
                Choice.Withdrawn => (ship, skip),
            };
        return new Sample(ship, skip);
    }

    public Sample Without(Sample some) => new(Math.Max(0, Ship - some.Ship), Math.Max(0, Skip - some.Skip));

    /// <summary>
    /// The two-proportion test: by how many standard errors this leans more to ship than the other. Both with one vote more of each kind,
    /// so that a unanimous dozen is not infinitely certain.
    /// </summary>
    /// <returns>0 when either is empty.</returns>
    public double StandardErrorsFrom(Sample other)
    {
        if (Total == 0 || other.Total == 0)
            return 0;
        var (mine, theirs) = ((Ship + 1.0) / (Total + 2), (other.Ship + 1.0) / (other.Total + 2));
        var pooled = (Ship + other.Ship + 2.0) / (Total + other.Total + 4);
        return (mine - theirs) / Math.Sqrt(pooled * (1 - pooled) * (1.0 / (Total + 2) + 1.0 / (other.Total + 2)));
    }

    /// <summary>By how many percentage points these votes would move the others.</summary>
    public double PointsOn(Sample others) => Total == 0 ? 0 : 100.0 * Total * (Share - others.Share) / (others.Total + Total);
}
