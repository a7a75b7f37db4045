using System.Net;
using System.Net.Sockets;

namespace Operator;

/// <summary>
/// What is said of every replica has to be asked of every replica, and where one name stands for several (Compose, a headless Service) a
/// client would ask any one of them. A Service with an address of its own still hides them: name its pods then, see the runbook.
/// </summary>
internal static class Replicas
{
    /// <returns>One address for each that the names stand for, in the order given. A name that can't be resolved is kept, so that asking it
    /// fails with its name.</returns>
    public static async Task<IReadOnlyList<Uri>> AllAsync(this IReadOnlyList<Uri> addresses, CancellationToken cancellationToken)
    {
        var all = new List<Uri>();
        foreach (var address in addresses)
            all.AddRange(await BehindAsync(address, cancellationToken));
        return all;
    }

    private static async Task<IEnumerable<Uri>> BehindAsync(Uri address, CancellationToken cancellationToken)
    {
        // One machine's own name may be both 127.0.0.1 and ::1, and still is one process; a certificate is made out to a name.
        if (address.HostNameType != UriHostNameType.Dns || address.IsLoopback || address.Scheme != Uri.UriSchemeHttp)
            return [address];
        try
        {
            var behind = await Dns.GetHostAddressesAsync(address.Host, AddressFamily.InterNetwork, cancellationToken);
            return behind.Length < 2
                ? [address]
                : behind
                    .OrderBy(one => one.ToString(), StringComparer.Ordinal)
                    .Select(one => new UriBuilder(address) { Host = one.ToString() }.Uri);
        }
        catch (SocketException)
        {
            return [address];
        }
    }
}
