using System.Text;
using SharpFuzz;

namespace Fuzz;

/// <summary>
/// <c>Fuzz TARGET</c> is run by afl-fuzz, <c>Fuzz TARGET FILE…</c> repeats single inputs, <c>Fuzz seeds DIRECTORY</c> writes what each
/// target begins with.
/// </summary>
internal static class Program
{
    private const long MostAllocated = 64 * 1024 * 1024;
    private const int LongestInput = 64 * 1024;

    private static int Main(string[] args)
    {
        if (args is ["seeds", var directory])
        {
            WriteSeeds(directory);
            return 0;
        }

        if (args is not [var name, .. var files] || !Targets.All.TryGetValue(name, out var target))
        {
            Console.Error.WriteLine($"Fuzz TARGET [FILE…] | seeds DIRECTORY. Targets: {string.Join(", ", Targets.All.Keys)}");
            return 2;
        }

        // Made with the first input: what is instrumented may not run before the fuzzer shares its memory.
        Action<byte[]>? take = null;
        if (files.Length == 0)
            Fuzzer.OutOfProcess.Run(stream => Take(Read(stream)));
        foreach (var file in files)
        {
            Console.WriteLine(file);
            Take(File.ReadAllBytes(file));
        }

        return 0;

        void Take(byte[] input)
        {
            take ??= target.Make();
            if (input.Length > LongestInput)
                return;
            var before = GC.GetAllocatedBytesForCurrentThread();
            take(input);
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Targets.Hold(allocated < MostAllocated, $"{input.Length} bytes of input allocate {allocated}");
        }
    }

    private static byte[] Read(Stream stream)
    {
        using var all = new MemoryStream();
        stream.CopyTo(all);
        return all.ToArray();
    }

    private static void WriteSeeds(string directory)
    {
        foreach (var (name, target) in Targets.All)
        {
            Directory.CreateDirectory(Path.Combine(directory, name));
            foreach (var (place, seed) in target.Seeds().Index())
                File.WriteAllBytes(Path.Combine(directory, name, $"{place}"), Encoding.Latin1.GetBytes(seed));
        }
    }
}
