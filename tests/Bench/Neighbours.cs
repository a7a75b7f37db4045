using System.Diagnostics;
using System.Globalization;

namespace Bench;

/// <summary>
/// What others take of the machine's CPU while something is measured: all that <c>/proc/stat</c> counts as busy or stolen, less what this
/// program and the processes under it used. A core that is taken away does not cancel out in a ratio, so rounds that were not quiet are
/// told apart.
/// </summary>
internal sealed class Neighbours
{
    /// <summary>Above so many cores a round is no quiet one.</summary>
    public const double Noisy = 0.15;

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly long _machine = Machine();
    private readonly Dictionary<int, long> _own = Processes.Ticks(Environment.ProcessId);

    /// <summary>Cores that others took on the average since this was made; own processes must not have ended meanwhile.</summary>
    public double Cores
    {
        get
        {
            var own = Processes.Ticks(Environment.ProcessId).Sum(now => now.Value - _own.GetValueOrDefault(now.Key));
            return Math.Max(0, (Machine() - _machine - own) / 100.0 / _clock.Elapsed.TotalSeconds);
        }
    }

    /// <summary>As a note beside a figure.</summary>
    public override string ToString() =>
        $"others took {Cores.ToString("0.00", CultureInfo.InvariantCulture)} cores{(Cores > Noisy ? ", NOISY" : "")}";

    // user, nice, system and steal, in hundredths of a second. Interrupts are left out: those of our own sockets are counted to no process.
    private static long Machine()
    {
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return Number(fields[1]) + Number(fields[2]) + Number(fields[3]) + Number(fields[8]);
    }

    private static long Number(string field) => long.Parse(field, CultureInfo.InvariantCulture);
}
