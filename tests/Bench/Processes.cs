using System.Globalization;

namespace Bench;

/// <summary>
/// What processes have computed so far. A share of the machine says little on one that has neighbours; the time a vote takes on the
/// processor is nearly the same whatever else runs.
/// </summary>
internal static class Processes
{
    private const double TicksPerSecond = 100;

    /// <returns>Seconds of user and system time of a process and all it started, those that ended and were waited for included.</returns>
    public static double Seconds(int root) => Ticks(root).Values.Sum() / TicksPerSecond;

    /// <returns>The same for each living process by its id, in hundredths of a second.</returns>
    public static Dictionary<int, long> Ticks(int root)
    {
        var all = All();
        return all.Where(one => Descends(one.Key)).ToDictionary(one => one.Key, one => one.Value.Used);

        bool Descends(int process)
        {
            while (process != root)
            {
                if (!all.TryGetValue(process, out var one))
                    return false;
                process = one.Parent;
            }

            return true;
        }
    }

    private static Dictionary<int, (int Parent, long Used)> All()
    {
        var all = new Dictionary<int, (int, long)>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var process))
                continue;
            try
            {
                // proc(5): the second field is the program's name in parentheses, and may hold anything. Then come state, parent, …, and
                // from the 14th utime, stime and both of the children that were waited for.
                var status = File.ReadAllText($"{folder}/stat");
                var fields = status[(status.LastIndexOf(')') + 2)..].Split(' ');
                all[process] = (
                    int.Parse(fields[1], CultureInfo.InvariantCulture),
                    fields[11..15].Sum(ticks => long.Parse(ticks, CultureInfo.InvariantCulture))
                );
            }
            catch (IOException)
            {
                // It has ended since.
            }
        }

        return all;
    }
}
