using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Bench.Load;

/// <summary>
/// Who floods a server, in a process of its own: <c>silent</c> sockets, <c>closed</c> clients that ask again as soon as they were answered,
/// or requests at a <c>rate</c>. It says
/// <c>ready</c> once it is at work, and what it came to when standard input ends.
/// </summary>
internal static class Strangers
{
    private const int Sockets = 20_000;
    private const int SocketsPerSecond = 8_000;
    private const int Clients = 32;
    private const int PerSecond = 1_000;
    private static int _opened,
        _closed,
        _answered,
        _refused;

    /// <param name="how">silent, closed or rate.</param>
    /// <param name="port">Of this machine.</param>
    /// <param name="requests">Paths; <c>{n}</c> in one is another number each time.</param>
    public static async Task<int> RunAsync(string how, int port, string[] requests)
    {
        using var stop = new CancellationTokenSource();
        var work = how switch
        {
            "silent" => KeepSilentAsync(port, stop.Token),
            "closed" => Task.WhenAll(Enumerable.Range(0, Clients).Select(n => AskAsync(port, n, () => Request(requests[0]), stop.Token))),
            "rate" => AskAtRateAsync(port, requests, stop.Token),
            _ => throw new ArgumentException("silent, closed or rate", nameof(how)),
        };
        while (
            !work.IsCompleted
            && Volatile.Read(ref _answered) + Volatile.Read(ref _refused) < Clients
            && Volatile.Read(ref _opened) < Sockets / 2
        )
            await Task.Delay(20, CancellationToken.None);
        Console.WriteLine("ready");
        await Console.In.ReadToEndAsync();
        await stop.CancelAsync();
        await work;
        Console.WriteLine(
            how == "silent"
                ? $"{_opened:N0} opened, {_closed:N0} of them closed by the server"
                : $"{_answered:N0} answered, {_refused:N0} refused, {_closed:N0} disconnected"
        );
        return 0;
    }

    /// <summary>One of two hundred addresses, spread over as many networks as there are.</summary>
    private static IPAddress Address(int n) => new([127, (byte)(1 + n % 40), (byte)(n % 200 / 40), 1]);

    private static async Task KeepSilentAsync(int port, CancellationToken cancellationToken)
    {
        var (clock, ends, open) = (Stopwatch.StartNew(), new List<Task>(), 0);
        // The process may not have so many files; those that the server closed make room.
        while (_opened < Sockets && !cancellationToken.IsCancellationRequested)
        {
            if (_opened >= clock.Elapsed.TotalSeconds * SocketsPerSecond || Volatile.Read(ref open) > Sockets - 1_000)
            {
                await Task.Delay(5, CancellationToken.None);
                continue;
            }

            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(Address(_opened), 0));
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            }
            catch (Exception refused) when (refused is SocketException or OperationCanceledException)
            {
                socket.Dispose();
                continue;
            }

            Interlocked.Increment(ref _opened);
            Interlocked.Increment(ref open);
            ends.Add(EndAsync(socket));
        }

        await Task.WhenAll(ends);

        async Task EndAsync(Socket socket)
        {
            using (socket)
                try
                {
                    await socket.ReceiveAsync(new byte[1], cancellationToken);
                    Interlocked.Increment(ref _closed);
                }
                catch (SocketException)
                {
                    Interlocked.Increment(ref _closed);
                }
                catch (OperationCanceledException)
                {
                    // It was open to the end.
                }

            Interlocked.Decrement(ref open);
        }
    }

    private static Task AskAtRateAsync(int port, string[] paths, CancellationToken cancellationToken)
    {
        var (clock, next) = (Stopwatch.StartNew(), -1);
        return Task.WhenAll(
            Enumerable
                .Range(0, 2 * Clients)
                .Select(n =>
                    AskAsync(
                        port,
                        n,
                        () =>
                        {
                            var turn = Interlocked.Increment(ref next);
                            return Odd(paths[turn / 3 % paths.Length], turn);
                        },
                        cancellationToken,
                        async () =>
                        {
                            if (clock.Elapsed.TotalSeconds * PerSecond is var due && Volatile.Read(ref next) >= due)
                                await Task.Delay(5, CancellationToken.None);
                            return Volatile.Read(ref next) < clock.Elapsed.TotalSeconds * PerSecond;
                        }
                    )
                )
        );
    }

    private static async Task AskAsync(
        int port,
        int client,
        Func<byte[]> next,
        CancellationToken cancellationToken,
        Func<Task<bool>>? mayAsk = null
    )
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            using var connection = new Connection(port, most: 2 * 1024 * 1024, Address(client));
            using var abandon = cancellationToken.Register(connection.Dispose);
            try
            {
                await connection.OpenAsync();
                while (!cancellationToken.IsCancellationRequested)
                {
                    if (mayAsk is not null && !await mayAsk())
                        continue;
                    if (await connection.AskAsync(next()) is >= 200 and < 400)
                        Interlocked.Increment(ref _answered);
                    else
                        Interlocked.Increment(ref _refused);
                }
            }
            catch (Exception gone) when (gone is IOException or SocketException or ObjectDisposedException)
            {
                Interlocked.Increment(ref _closed);
            }
        }
    }

    private static byte[] Request(string path, string headers = "") =>
        Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/html, */*\r\n{headers}\r\n");

    // Three ways past a cache that keys on what was written: the query, a cookie, an encoding.
    private static byte[] Odd(string path, int n) =>
        (n % 3) switch
        {
            0 => Request($"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}x={n}"),
            1 => Request(path, $"Cookie: x={n}\r\n"),
            _ => Request(path, $"Accept-Encoding: br;q=0.{n % 1000:000}, x{n}\r\n"),
        };
}
