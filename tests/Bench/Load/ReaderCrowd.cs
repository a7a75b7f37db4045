using System.Diagnostics;
using System.Globalization;

namespace Bench.Load;

/// <summary>
/// Many live readers in a process of its own. It says <c>ready</c>, then answers each line on standard input (<c>wait VERSION</c>) with the
/// moments at which its readers had that version, by the machine's monotonic clock, which all processes share. After <c>deaf SHARE</c> that
/// share of them never reads again. Readers of the hub ping as often as real ones do: as the site's own pages those who come straight, as
/// SignalR's clients those who negotiate.
/// </summary>
internal static class ReaderCrowd
{
    public static async Task<int> RunAsync(string host, int port, string from, int count, string kind, string tool, string beside)
    {
        var readers = new HubSocket[count];
        for (var n = 0; n < count; n++)
        {
            readers[n] =
                kind == "stream"
                    ? await HubSocket.StreamAsync(host, port, from, tool, beside)
                    : await HubSocket.OpenAsync(host, port, from, negotiate: kind == "negotiated");
            if (kind != "stream")
                await readers[n].WatchAsync(tool, beside);
        }

        var pings = kind != "stream" ? PingAsync(readers, TimeSpan.FromSeconds(kind == "negotiated" ? 15 : 60)) : Task.CompletedTask;
        var deaf = 0;
        Console.WriteLine("ready");
        while (await Console.In.ReadLineAsync() is { } line && line.Split(' ') is [var order, var number])
        {
            if (order == "deaf")
            {
                deaf = (int)(readers.Length * double.Parse(number, CultureInfo.InvariantCulture));
                continue;
            }

            var above = long.Parse(number, CultureInfo.InvariantCulture) - 1;
            var moments = await Task.WhenAll(
                readers
                    .Skip(deaf)
                    .Select(async reader =>
                    {
                        if (reader.Version <= above)
                            await reader.NextAsync(above);
                        return Stopwatch.GetTimestamp();
                    })
            );
            Console.WriteLine(string.Join(' ', moments));
            if (pings.IsFaulted)
                await pings;
        }

        return 0;
    }

    // Spread evenly, as readers who came one after another are.
    private static async Task PingAsync(HubSocket[] readers, TimeSpan every)
    {
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        var (clock, pinged) = (Stopwatch.StartNew(), 0L);
        while (await beat.WaitForNextTickAsync())
            for (var due = (long)(clock.Elapsed / every * readers.Length); pinged < due; pinged++)
                await readers[pinged % readers.Length].PingAsync();
    }
}
