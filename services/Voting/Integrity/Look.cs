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
    private const int FewestForVelocity = 200;

    /// <param name="votes">Of one tool, cast within 48 hours.</param>
    /// <param name="counted">The tool's totals.</param>
    public static Findings At(IReadOnlyList<FirstVote> votes, Sample counted, DateTimeOffset now)
    {
        var today = votes.Where(vote => vote.Stands && vote.Day == Quota.QuotaWindows.Of(now).Day).ToList();
        var crowded = Crowded(today);
        var sleepers = today.Where(vote => vote.IsSleeper).ToList();
        var (suspects, rest) = (today.Where(IsSuspect).ToList(), today.Where(vote => !IsSuspect(vote) && vote.State.IsCounted).ToList());
        var others = Others(rest, suspects, counted);

        var (concentrated, atOnce) = Leaning([.. crowded], others);
        var (asleep, sleeping) = sleepers.Count < FewestSleepers ? ([], 0) : Leaning(sleepers, others);
        IReadOnlyList<HashedVoter> hold = [.. concentrated.Concat(asleep).Distinct()];
        var holdFor = concentrated.Count > 0 ? Reason.Concentrated : Reason.Sleepers;

        var held = votes.Where(vote => vote.Stands && vote.State.IsHeld).ToList();
        var (release, voids, leaning) = Decide(held, others, counted, now);
        var finding =
            hold.Count > 0 ? holdFor
            : leaning != 0 ? held[0].State.Reason
            : today.Count >= FewestForVelocity && today.Count > counted.Total - rest.Count ? Reason.Velocity
            : Reason.None;
        return new Findings(hold, holdFor, release, voids, finding, Math.MaxMagnitude(Math.MaxMagnitude(atOnce, sleeping), leaning));

        bool IsSuspect(FirstVote vote) => crowded.Contains(vote) || vote.IsSleeper;
    }

    /// <returns>The votes a moderator may hold by hand: counted ones of crowded networks and of sleepers.</returns>
    public static IReadOnlyList<HashedVoter> Suspects(IReadOnlyList<FirstVote> votes, DateTimeOffset now)
    {
        var today = votes.Where(vote => vote.Stands && vote.Day == Quota.QuotaWindows.Of(now).Day).ToList();
        var crowded = Crowded(today);
        return [.. today.Where(vote => vote.State.IsCounted && (vote.IsSleeper || crowded.Contains(vote))).Select(vote => vote.Voter)];
    }

    // Today's if there are enough of them: what is thought of a tool may change from one day to the next.
    private static Sample Others(List<FirstVote> rest, List<FirstVote> suspects, Sample counted) =>
        rest.Count >= FewestOthers ? Sample.Of(rest) : counted.Without(Sample.Of(suspects.Where(vote => vote.State.IsCounted)));

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
    private static (List<HashedVoter> Counted, double StandardErrors) Leaning(List<FirstVote> votes, Sample others)
    {
        if (others.Total < FewestOthers)
            return ([], 0);
        var errors = Sample.Of(votes).StandardErrorsFrom(others);
        if (Math.Abs(errors) < Certain)
            return ([], 0);
        var side = errors > 0 ? Choice.Ship : Choice.Skip;
        return ([.. votes.Where(vote => vote.State.IsCounted && vote.Choice == side).Select(vote => vote.Voter)], errors);
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
