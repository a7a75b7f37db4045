using System.Globalization;

namespace Bench.Measures;

/// <summary>
/// What processes have computed so far, with all they started. A share of the machine says little on one that has neighbours: the time a vote takes on the processor
/// is the same whoever else runs.
/// </summary>
internal static class CpuTime
{
    private const double TicksPerSecond = 100;

    /// <returns>Seconds of user and system time of a process and its living descendants.</returns>
    public static double Of(int process)
    {
        var all = All();
        var children = all.ToLookup(one => one.Value.Parent, one => one.Key);
        return Sum(process);

        double Sum(int id) => (all.TryGetValue(id, out var own) ? own.Seconds : 0) + children[id].Sum(Sum);
    }

    private static Dictionary<int, (int Parent, double Seconds)> All()
    {
        var all = new Dictionary<int, (int, double)>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id))
                continue;
            try
            {
                // proc(5): the name may hold spaces and ends with the last parenthesis; after it come state, parent, …, utime (14th), stime (15th).
                var stat = File.ReadAllText(Path.Combine(folder, "stat"));
                var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                all[id] = (int.Parse(fields[1], CultureInfo.InvariantCulture), (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond);
            }
            catch (IOException)
            {
                // It ended meanwhile.
            }
        }

        return all;
    }
}
