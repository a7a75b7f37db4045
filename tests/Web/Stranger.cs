using System.Net;
using System.Net.Sockets;

namespace Web.Tests;

/// <summary>A client of an address of its own: the loopback network has sixteen million.</summary>
internal static class Stranger
{
    /// <summary>A socket that has connected and said nothing.</summary>
    public static async Task<Socket> ConnectAsync(Uri site, string from)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        await socket.ConnectAsync(IPAddress.Parse(site.Host), site.Port);
        return socket;
    }

    public static HttpClient Client(Uri site, string from) =>
        new(
            new SocketsHttpHandler
            {
                UseCookies = false,
                AllowAutoRedirect = false,
                ConnectCallback = async (_, _) => new NetworkStream(await ConnectAsync(site, from), ownsSocket: true),
            }
        )
        {
            BaseAddress = site,
        };

    /// <summary>Completes when the server has ended the connection.</summary>
    public static async Task EndedAsync(Socket socket, CancellationToken cancellationToken)
    {
        try
        {
            while (await socket.ReceiveAsync(new byte[1024], cancellationToken) > 0)
            {
                // The rest of an answer.
            }
        }
        catch (SocketException)
        {
            // Ended by a reset, which is an end too.
        }
    }

    public static bool IsOpen(Socket socket) => !socket.Poll(0, SelectMode.SelectRead) || socket.Available > 0;
}
