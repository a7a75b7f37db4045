using System.Net;
using System.Net.Sockets;

namespace Testing.Machine;

public static class Ports
{
    private static readonly HashSet<int> Given = [];

    /// <summary>
    /// A port nobody listens on, below the range outgoing connections are given theirs from: a server that is down for a while
    /// must find its port free when it returns, which port 0 can't promise.
    /// </summary>
    public static int Free()
    {
        lock (Given)
        {
            for (; ; )
            {
                var port = Random.Shared.Next(15_000, 32_000);
                if (Given.Contains(port))
                    continue;
                try
                {
                    using var probe = new TcpListener(IPAddress.Loopback, port);
                    probe.Start();
                    Given.Add(port);
                    return port;
                }
                catch (SocketException)
                {
                    // Taken by someone else: try the next.
                }
            }
        }
    }
}
