using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Voting.Quota;

/// <summary>
/// Where a request came from, as much as the quota needs and no more: for each width 8 bytes of a keyed hash, one after another. Without
/// the day's salt, which is destroyed, they lead back to nobody.
/// </summary>
internal static class NetworkHash
{
    public const int Length = 8;

    /// <param name="salt">32 random bytes of the day.</param>
    /// <param name="address">The client's, as settled by the forwarded headers of known proxies; null (no network at all) counts as
    /// loopback.</param>
    public static byte[] Of(ReadOnlySpan<byte> salt, IPAddress? address)
    {
        address ??= IPAddress.Loopback;
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        var widths = address.AddressFamily is AddressFamily.InterNetwork ? NetworkWidths.V4 : NetworkWidths.V6;
        var hashes = new byte[widths.Length * Length];
        Span<byte> hash = stackalloc byte[32];
        Span<byte> network = stackalloc byte[17];
        for (var place = 0; place < widths.Length; place++)
        {
            var width = widths[place];
            // The width is hashed too: a network and the wider one around it may begin with the same bytes.
            network[0] = (byte)place;
            bytes[..width.Bytes].CopyTo(network[1..]);
            network[width.Bytes] &= (byte)width.Mask;
            HMACSHA256.HashData(salt, network[..(1 + width.Bytes)], hash);
            hash[..Length].CopyTo(hashes.AsSpan(place * Length));
        }

        return hashes;
    }

    public static ReadOnlySpan<byte> At(ReadOnlySpan<byte> networks, int place) => networks.Slice(place * Length, Length);

    /// <summary>The machine itself: whoever tries the product out, or a proxy that does not say for whom it asks.</summary>
    public static bool IsOwn(IPAddress? address) =>
        address is null
        || address.Equals(IPAddress.Loopback)
        || address.Equals(IPAddress.IPv6Loopback)
        || address.IsIPv4MappedToIPv6 && address.MapToIPv4().Equals(IPAddress.Loopback);
}
