using System.Net;
using System.Net.Sockets;

namespace Webhooks.Sending;

/// <summary>
/// Which addresses are delivered to: public ones, and those of networks that the operator allows. Everything else is somebody's inside:
/// an endpoint's address comes from outside, and a request made here must not reach what its author can't.
/// </summary>
internal sealed class AddressGuard(WebhooksSettings settings)
{
    // IANA's special-purpose registries, multicast and reserved space; and the address behind which Azure's hosts answer their guests.
    private static readonly IPNetwork[] Refused =
    [
        .. new[]
        {
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "168.63.129.16/32",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/3",
            // IETF assignments (Teredo, ORCHID), documentation, 6to4.
            "2001::/23",
            "2001:db8::/32",
            "2002::/16",
            "3fff::/20",
        }.Select(network => IPNetwork.Parse(network)),
    ];

    // What is not in here is loopback, unique local, link-local, multicast, mapped, NAT64 or unassigned.
    private static readonly IPNetwork GlobalV6 = IPNetwork.Parse("2000::/3");

    public bool Allows(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            return Allowed(address.MapToIPv4());
        return Allowed(address) || IsPublic(address);
    }

    /// <returns>Why an endpoint can't have this address, as far as it shows without resolving its name; null when it can.</returns>
    public string? Problem(Uri url)
    {
        if (url.Scheme != Uri.UriSchemeHttps && !settings.AllowHttp)
            return "The address is not https. An operator may allow http with Webhooks:AllowHttp.";
        var isLocal =
            url.IsLoopback
            || url.IdnHost.TrimEnd('.') is var host
                && (
                    host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
                    || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
                );
        if (IPAddress.TryParse(url.IdnHost, out var address) ? Allows(address) : !isLocal || Allowed(IPAddress.Loopback))
            return null;
        return "The address is not public. An operator may allow its network with Webhooks:AllowedNetworks.";
    }

    private bool Allowed(IPAddress address)
    {
        foreach (var network in settings.AllowedNetworks)
            if (network.Contains(address))
                return true;
        return false;
    }

    private static bool IsPublic(IPAddress address) =>
        (address.AddressFamily is AddressFamily.InterNetwork || GlobalV6.Contains(address))
        && !Array.Exists(Refused, network => network.Contains(address));
}
