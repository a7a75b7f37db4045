using Voting.Ledger;

namespace Voting.Integrity;

/// <summary>
/// Looks at one tool's first votes of the last 48 hours. The argument it rests on: votes that lean as everybody's do can't move the
/// percentage, and votes that lean otherwise, from few networks or from voters kept for the occasion, are told from chance by that.
/// Votes from many networks with one or two voters each are never held: an honest crowd looks like that, whatever it thinks.
/// </summary>
internal static class Look
{
    /// <summary>How long held votes wait for a moderator.</summary>
    public static readonly TimeSpan DecideWithin = TimeSpan.FromHours(24);

    /// <summary>How long a vote that the gate held is looked at before a rule may release it.</summary>
    public static readonly TimeSpan Settling = TimeSpan.FromMinutes(10);

    // Standard errors. Five happen by chance once in 1.7 million looks, so that thousands of tools may be looked at all day.
    private const double Certain = 5;
    private const double Alike = 2.5;

    private const int CrowdOfNeighborhood = 3;
    private const int CrowdOfRegion = 12;
    private const int FewestSleepers = 20;

    // Fewer say too little of how the tool's voters lean.
    private const int FewestOthers = 30;

    // In percentage points.
    private const double SmallShift = 0.3;
    private const double TolerableShift = 1;

    /// <param name="votes">Of one tool, cast within 48 hours.</param>
    public static Findings At(IReadOnlyList<FirstVote> votes, ToolPast past, DateTimeOffset now)
    {
        var standing = votes.Where(vote => vote.Stands).ToList();
        var today = standing.Where(vote => vote.Day == Quota.QuotaWindows.Of(now).Day).ToList();
        var crowded = Crowded(today);
        var sleepers = today.Where(vote => vote.IsSleeper).ToList();
        var (suspects, rest) = (today.Where(IsSuspect).ToList(), today.Where(vote => !IsSuspect(vote) && vote.State.IsCounted).ToHashSet());
        var older = past.Counted.Without(Sample.Of(suspects.Where(vote => vote.State.IsCounted)));
        // Today's if there are enough of them: what is thought of a tool may change from one day to the next.
        var others = rest.Count >= FewestOthers ? Sample.Of(rest) : older;

        var (concentrated, atOnce) = Leaning([.. crowded], others);
        var (asleep, sleeping) = sleepers.Count < FewestSleepers ? ([], 0) : Leaning(sleepers, others);
        var networks = LeaningNetworks.Of(standing, rest, older, FewestOthers, Certain);
        List<HashedVoter> hold =
        [
            .. concentrated.Concat(asleep).Concat(networks.Leaning).Distinct().Where(past.MayHold).Select(vote => vote.Voter),
        ];

        var (inNetworks, elsewhere) = Split(standing.Where(vote => vote.State.IsHeld), networks.All);
        var (release, voids, leaning) = Decide(elsewhere, others, past.Counted, now);
        List<HashedVoter> undecided = [.. inNetworks.Where(vote => now - vote.At >= DecideWithin).Select(vote => vote.Voter)];
        // A flood from everywhere is more than each of its networks.
        var holdFor =
            concentrated.Exists(vote => !networks.All.Contains(vote)) ? Reason.Concentrated
            : networks.Leaning.Count > 0 ? Reason.OneNetwork
            : Reason.Sleepers;
        var finding =
            hold.Count > 0 ? holdFor
            : leaning != 0 ? elsewhere[0].State.Reason
            : inNetworks.Count > 0 ? Reason.OneNetwork
            : Velocity.IsSurge(votes, past, now) ? Reason.Velocity
            : Reason.None;
        return new Findings(
            hold,
            holdFor,
            release,
            [.. voids, .. undecided],
            finding,
            ((double[])[atOnce, sleeping, networks.StandardErrors, leaning]).Aggregate(Math.MaxMagnitude)
        );

        bool IsSuspect(FirstVote vote) => crowded.Contains(vote) || vote.IsSleeper;
    }

    /// <returns>The votes a moderator may hold by hand: counted ones of crowded networks and of sleepers.</returns>
    public static IReadOnlyList<HashedVoter> Suspects(IReadOnlyList<FirstVote> votes, DateTimeOffset now)
    {
        var today = votes.Where(vote => vote.Stands && vote.Day == Quota.QuotaWindows.Of(now).Day).ToList();
        var crowded = Crowded(today);
        return [.. today.Where(vote => vote.State.IsCounted && (vote.IsSleeper || crowded.Contains(vote))).Select(vote => vote.Voter)];
    }

    private static (List<FirstVote> In, List<FirstVote> Out) Split(IEnumerable<FirstVote> votes, IReadOnlySet<FirstVote> some)
    {
        var groups = votes.ToLookup(some.Contains);
        return ([.. groups[true]], [.. groups[false]]);
    }

    // Votes from networks with several new voters on the tool that day, whatever became of them.
    private static HashSet<FirstVote> Crowded(List<FirstVote> today) =>
        [
            .. today
                .GroupBy(vote => vote.Neighborhood)
                .Where(network => network.Count() >= CrowdOfNeighborhood)
                .SelectMany(network => network),
            .. today.GroupBy(vote => vote.Region).Where(network => network.Count() >= CrowdOfRegion).SelectMany(network => network),
        ];

    // Those that lean away, when all of them together do so beyond chance.
    private static (List<FirstVote> Counted, double StandardErrors) Leaning(List<FirstVote> votes, Sample others)
    {
        if (others.Total < FewestOthers)
            return ([], 0);
        var errors = Sample.Of(votes).StandardErrorsFrom(others);
        if (Math.Abs(errors) < Certain)
            return ([], 0);
        var side = errors > 0 ? Choice.Ship : Choice.Skip;
        return ([.. votes.Where(vote => vote.State.IsCounted && vote.Choice == side)], errors);
    }

    private static (List<HashedVoter> Release, List<HashedVoter> Void, double Leaning) Decide(
        List<FirstVote> held,
        Sample others,
        Sample counted,
        DateTimeOffset now
    )
    {
        if (held.Count == 0)
            return ([], [], 0);
        var errors = Sample.Of(held).StandardErrorsFrom(others);
        var isFlood = Math.Abs(errors) >= Certain;
        var byGate = held.Where(vote => vote.State.Reason is Reason.CrowdedNetwork).ToList();
        var shift = Math.Abs(Sample.Of(byGate).PointsOn(counted));
        var settled = byGate.Where(vote => now - vote.At >= Settling).Select(vote => vote.Voter).ToList();
        if (settled.Count > 0 && others.Total >= FewestOthers && (Math.Abs(errors) < Alike || shift < SmallShift && !isFlood))
            return (settled, [], 0);

        var late = held.Where(vote => now - vote.At >= DecideWithin).ToList();
        var harmless = late.Where(vote => vote.State.Reason is Reason.CrowdedNetwork && shift < TolerableShift && !isFlood).ToList();
        return (
            [.. harmless.Select(vote => vote.Voter)],
            [.. late.Except(harmless).Select(vote => vote.Voter)],
            settled.Count > 0 || held.Count > byGate.Count ? Math.MaxMagnitude(errors, double.Epsilon) : 0
        );
    }
}
