namespace Bench.Simulation;

/// <summary>What an hour came to.</summary>
/// <param name="Cores">Used on the average while all readers are there; one is there for each replica.</param>
/// <param name="P50">Seconds from a vote until a reader sees it, over all votes and readers.</param>
/// <param name="Away">Seconds without a connection, of all readers together.</param>
internal sealed record Outcome(
    int Replicas,
    double Pushes,
    double PeakPerSecond,
    double Bytes,
    double Cores,
    double GiB,
    double P50,
    double P99,
    double Busiest,
    double Away
)
{
    public double Cost(Hour hour, Prices prices) =>
        hour.Seconds / 3600.0 * (Replicas * prices.CoreHour + GiB * prices.GibHour) + Bytes / 1e9 * prices.EgressGb;
}

/// <summary>
/// Plays a hot comparison, event by event: on each replica of one core a push goes to all its readers in portions, the next one begins when
/// it is over, when the interval has passed and when somebody has voted since. Readers who come, ping or come back after a replica's death
/// take their share of that core first. Replicas meet only in the readers they take over from one that died. Nothing is drawn by lot: the
/// same hour gives the same outcome.
/// </summary>
internal sealed class HotComparison(ReaderCost cost, Hour hour, int readersPerReplica, double pushesPerSecond)
{
    // Both tools of the comparison move, and each reader watches both.
    private const int ToolsWatched = 2;
    private const int Parts = 5;
    private readonly Replica[] _replicas =
    [
        .. Enumerable.Range(0, (int)Math.Ceiling(hour.Readers / readersPerReplica)).Select(_ => new Replica()),
    ];
    private readonly double[] _late = new double[600_000]; // readers by milliseconds
    private double _came,
        _left,
        _pushes,
        _peak,
        _away,
        _used;

    private sealed class Replica
    {
        public double Readers,
            Coming,
            RunEnds,
            RunBegan = double.NegativeInfinity,
            Shown;
        public int BackAt;
    }

    public Outcome Play()
    {
        var (waiting, busiest) = (0.0, 0.0);
        for (var second = 0; second < hour.Seconds; second++)
        {
            // Readers who lost their connection come back within a second, to the replicas that are there; so do the new ones.
            var live = _replicas.Where(replica => replica.BackAt <= second).ToArray();
            var gone = Leave(second, live);
            var comes = Math.Max(0, hour.Wanted(second) - (live.Sum(replica => replica.Readers) + waiting));
            (_came, _left) = (_came + comes, _left + gone);
            _away += waiting / 2;
            foreach (var replica in live)
            {
                replica.Coming = (comes + waiting) / live.Length;
                replica.Readers += replica.Coming;
            }

            var (pushes, used) = (0.0, 0.0);
            foreach (var replica in live)
            {
                var (pushed, busy) = Push(replica, second, hour.Votes(second, comes));
                (pushes, used, busiest) = (pushes + pushed, used + busy, Math.Max(busiest, busy));
            }

            _pushes += pushes;
            _peak = Math.Max(_peak, pushes);
            if (Full(second))
                _used += used;
            waiting = second % hour.DeathEvery == hour.DeathEvery - 1 ? Die(live[second / hour.DeathEvery * 7 % live.Length], second) : 0;
        }

        var present = _replicas.Sum(replica => replica.Readers) + waiting;
        if (Math.Abs(_came - _left - present) > 1e-6 * Math.Max(1, _came))
            throw new InvalidOperationException($"{_came:N0} readers came, {_left:N0} left and {present:N0} are there.");
        var gib = _replicas.Length * (ReaderCost.ReplicaMiB + readersPerReplica * cost.KiB / 1024) / 1024;
        return new Outcome(
            _replicas.Length,
            _pushes,
            _peak,
            _pushes * cost.PushBytes,
            _used / Enumerable.Range(0, hour.Seconds).Count(Full),
            gib,
            Late(0.5),
            Late(0.99),
            busiest,
            _away
        );
    }

    // Past the rise, and before the end by as much: the hour's plateau.
    private bool Full(int second) => second >= hour.Rise && second < hour.Seconds - hour.Rise;

    private double Leave(int second, Replica[] live)
    {
        var gone = 0.0;
        var (there, wanted) = (live.Sum(replica => replica.Readers), hour.Wanted(second));
        // Those whose time is up; and when interest falls faster than that, more.
        var share = Math.Max(1 / hour.Stay, there > wanted ? 1 - wanted / there : 0);
        foreach (var replica in live)
        {
            gone += replica.Readers * share;
            replica.Readers -= replica.Readers * share;
        }

        return gone;
    }

    private double Die(Replica replica, int second)
    {
        var readers = replica.Readers;
        (replica.Readers, replica.Coming, replica.BackAt) = (0, 0, second + 1 + hour.BackAfter);
        replica.RunEnds = 0;
        return readers;
    }

    /// <summary>The pushes of one replica that begin within the second.</summary>
    /// <returns>How many messages that were, and the share of its core that was busy.</returns>
    private (double Pushes, double Busy) Push(Replica replica, int second, double votes)
    {
        // What readers need that are there or come is served between portions.
        var other = Math.Min(0.95, (replica.Readers * cost.IdleMicros + replica.Coming * cost.ComeMicros) / 1e6);
        var length = replica.Readers * ToolsWatched * cost.PushMicros / 1e6 / (1 - other);
        var pushes = 0.0;
        var busy = other + Math.Clamp(replica.RunEnds - second, 0, 1) * (1 - other);
        while (true)
        {
            var change = NextChange(replica.Shown, votes);
            var begins = Math.Max(Math.Max(replica.RunEnds, replica.RunBegan + 1 / pushesPerSecond), change);
            if (begins >= second + 1)
                return (pushes, Math.Min(1, busy));
            begins = Math.Max(begins, second);
            (replica.RunBegan, replica.RunEnds, replica.Shown) = (begins, begins + length, begins);
            pushes += replica.Readers * ToolsWatched;
            busy += Math.Min(length, second + 1 - begins) * (1 - other);
            // The votes it shows came one after another, and the readers have their places in the run; both in parts.
            for (var part = 0; part < Parts * Parts; part++)
            {
                var seen = (begins - change) * (part / Parts + 0.5) / Parts + length * (part % Parts + 0.5) / Parts;
                _late[Math.Min(_late.Length - 1, (int)(seen * 1000))] += replica.Readers;
            }
        }
    }

    // Votes come evenly, and all replicas hear of the same ones.
    private static double NextChange(double after, double votes) => (Math.Floor(after * votes) + 1) / votes;

    private double Late(double share)
    {
        var (all, below) = (_late.Sum(), 0.0);
        for (var milliseconds = 0; milliseconds < _late.Length; milliseconds++)
            if ((below += _late[milliseconds]) >= all * share)
                return milliseconds / 1000.0;
        return double.NaN;
    }
}
