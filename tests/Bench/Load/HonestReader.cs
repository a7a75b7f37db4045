using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Bench.Load;

/// <summary>
/// Votes a few times a second, each time over a connection of its own, as a reader does who has just come. Its time counts from when it was
/// due.
/// </summary>
internal sealed class HonestReader(int port, Tokens tokens)
{
    private const int PerSecond = 5;

    // Each voter may vote once a second, and a network has its quota of new ones.
    private const int Voters = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly string[] _voters = [.. Enumerable.Range(0, Voters).Select(_ => tokens.New())];
    private int _votes;

    public async Task<Run> VoteAsync(TimeSpan length)
    {
        var (clock, count) = (Stopwatch.StartNew(), (int)(length.TotalSeconds * PerSecond));
        var votes = new List<Task<double?>>();
        for (var n = 0; n < count; n++)
        {
            var due = TimeSpan.FromSeconds((double)n / PerSecond);
            if (due > clock.Elapsed)
                await Task.Delay(due - clock.Elapsed);
            votes.Add(VoteAsync(_votes++, clock, due));
        }

        var times = await Task.WhenAll(votes);
        var good = times.OfType<double>().Order().ToArray();
        return new Run(good.Length / clock.Elapsed.TotalSeconds, good, good.Length, times.Length - good.Length);
    }

    private async Task<double?> VoteAsync(int turn, Stopwatch clock, TimeSpan due)
    {
        var voter = turn % Voters;
        var request = Tokens.Vote(Bench.Servers.Whole.Tools[0], turn / Voters % 2 == 0 ? "ship" : "skip", _voters[voter]);
        using var connection = new Connection(port, most: 16 * 1024, new IPAddress([127, (byte)(100 + voter), 1, 1]));
        try
        {
            await connection.OpenAsync().WaitAsync(Patience);
            return await connection.AskAsync(request).AsTask().WaitAsync(Patience) == 200 ? (clock.Elapsed - due).TotalMilliseconds : null;
        }
        catch (Exception gone) when (gone is IOException or SocketException or TimeoutException)
        {
            return null;
        }
    }
}
