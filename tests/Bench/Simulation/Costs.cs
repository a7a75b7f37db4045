using System.Globalization;

namespace Bench.Simulation;

/// <summary>
/// What a live reader costs one Tally replica, as <c>readers</c> measured it on 25 November 2026, and its memory the day after.
/// </summary>
/// <param name="PushMicros">CPU for one push of one tool.</param>
/// <param name="PushBytes">On the wire: the message as measured, 20 for the longer numbers of a hot tool, and 52 of TCP and IP.</param>
/// <param name="IdleMicros">CPU a second for keeping the connection.</param>
/// <param name="ComeMicros">CPU for connecting and taking the snapshots.</param>
/// <param name="KiB">Memory.</param>
internal sealed record ReaderCost(string Kind, double PushMicros, double PushBytes, double IdleMicros, double ComeMicros, double KiB)
{
    public const double ReplicaMiB = 120;
    public static readonly ReaderCost Hub = new("hub", PushMicros: 13.6, PushBytes: 207, IdleMicros: 2.9, ComeMicros: 493, KiB: 13.6);
    public static readonly ReaderCost Stream = new("stream", PushMicros: 15.1, PushBytes: 197, IdleMicros: 2.4, ComeMicros: 435, KiB: 11.4);
}

/// <summary>What is paid, in any currency.</summary>
internal sealed record Prices(double CoreHour, double GibHour, double EgressGb)
{
    /// <summary>From <c>CORE,GIB,GB</c>.</summary>
    public static Prices Parse(string text) =>
        text.Split(',') is [var core, var gib, var egress]
            ? new Prices(Number(core), Number(gib), Number(egress))
            : throw new FormatException($"'{text}' is not three prices, such as 0.04,0.005,0.05.");

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}

/// <summary>A hot hour: readers come for some minutes, vote once on each of the two tools, and go.</summary>
/// <param name="Readers">Of them at once, from <paramref name="Rise"/> seconds after the beginning until so long before the end.</param>
/// <param name="Stay">Seconds one stays, on the average.</param>
/// <param name="Burst">How many times more votes come in a burst.</param>
/// <param name="DeathEvery">Seconds after which a replica dies, and another one after them; each is back, empty, after
/// <paramref name="BackAfter"/> seconds.</param>
internal sealed record Hour(
    double Readers,
    int Seconds = 3600,
    int Rise = 600,
    double Stay = 600,
    int DeathEvery = 180,
    int BackAfter = 30,
    int Burst = 10
)
{
    /// <summary>Readers who should be there at that second.</summary>
    public double Wanted(int second) => Readers * Math.Clamp(Math.Min(second + 1, Seconds - second - 1) / (double)Rise, 0, 1);

    /// <summary>
    /// Votes a second on one tool when so many readers came in the last one: each vote once; and for twenty seconds in every five minutes
    /// <paramref name="Burst"/> times as many.
    /// </summary>
    public double Votes(int second, double came) => Math.Max(0.2, came * (second % 300 < 20 ? Burst : 1));
}
