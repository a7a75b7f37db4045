using System.Globalization;

namespace Hosting.Connections;

/// <summary>
/// How many files, sockets among them, this process may have open. The runtime aborts the process when it runs out of them.
/// </summary>
internal static class FileLimit
{
    private const string Limits = "/proc/self/limits";
    private const string Line = "Max open files";

    /// <returns>The soft limit, which the runtime has raised to the hard one, less what is open already; null where nothing tells
    /// it.</returns>
    public static int? Free()
    {
        if (!File.Exists(Limits))
            return null;
        var columns = File.ReadLines(Limits)
            .First(line => line.StartsWith(Line, StringComparison.Ordinal))[Line.Length..]
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return int.TryParse(columns[0], NumberStyles.None, CultureInfo.InvariantCulture, out var files)
            ? files - Directory.EnumerateFileSystemEntries("/proc/self/fd").Count()
            : null;
    }
}
