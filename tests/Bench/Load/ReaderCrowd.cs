using System.Diagnostics;
using System.Globalization;

namespace Bench.Load;

/// <summary>
/// Many live readers in a process of its own. It says <c>ready</c>, then answers each line on standard input (<c>wait VERSION</c>) with the moment at which the last reader had that
/// version, by the machine's monotonic clock, which all processes share.
/// </summary>
internal static class ReaderCrowd
{
    public static async Task<int> RunAsync(string host, int port, string from, int count, string kind, string tool)
    {
        var readers = new HubSocket[count];
        for (var n = 0; n < count; n++)
        {
            readers[n] = kind == "stream" ? await HubSocket.StreamAsync(host, port, from, tool) : await HubSocket.OpenAsync(host, port, from);
            if (kind == "hub")
                await readers[n].WatchAsync(tool);
        }

        Console.WriteLine("ready");
        while (await Console.In.ReadLineAsync() is { } line && line.Split(' ') is ["wait", var version])
        {
            var above = long.Parse(version, CultureInfo.InvariantCulture) - 1;
            var moments = await Task.WhenAll(readers.Select(async reader =>
            {
                if (reader.Version <= above)
                    await reader.NextAsync(above);
                return Stopwatch.GetTimestamp();
            }));
            Console.WriteLine(moments.Max().ToString(CultureInfo.InvariantCulture));
        }

        return 0;
    }
}
