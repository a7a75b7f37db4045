using System.Net;
using Hosting.Configuration;
using Microsoft.Extensions.Configuration;

namespace Hosting.Proxies;

/// <summary>
/// The address ranges that no stranger on the internet comes from, in this one place. <c>Proxies__KnownNetworks__0=private</c> means all
/// of them.
/// </summary>
public static class PrivateNetworks
{
    /// <summary>What a setting says instead of naming each range.</summary>
    public const string Name = "private";

    /// <summary>RFC 1918, the shared range of RFC 6598 that clusters use for pods, and IPv6's unique local addresses.</summary>
    public static IReadOnlyList<System.Net.IPNetwork> All { get; } =
    [
        .. new[] { "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7" }.Select(range =>
            System.Net.IPNetwork.Parse(range)
        ),
    ];

    /// <summary>The networks that a setting lists: <c>Proxies__KnownNetworks__0</c> and so on.</summary>
    /// <exception cref="SettingException">One is malformed.</exception>
    public static IEnumerable<System.Net.IPNetwork> In(IConfigurationSection setting) =>
        setting
            .GetChildren()
            .SelectMany(network =>
                network.Value == Name ? All
                : System.Net.IPNetwork.TryParse(network.Value, out var parsed) ? [parsed]
                : throw new SettingException(network.Path, $"'{network.Value}' is neither a network such as 10.0.0.0/8 nor '{Name}'")
            );

    public static bool Contain(IEnumerable<System.Net.IPNetwork> networks, IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        foreach (var network in networks)
            if (network.Contains(address))
                return true;
        return false;
    }
}
