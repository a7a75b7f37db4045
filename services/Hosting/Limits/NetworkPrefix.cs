using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Hosting.Limits;

/// <summary>A network around a client's address: equal for all addresses that begin with the same bits.</summary>
public readonly record struct NetworkPrefix(UInt128 Bits, byte Length)
{
    /// <param name="v4">Bits of an IPv4 address.</param>
    /// <param name="v6">Bits of an IPv6 address.</param>
    public static NetworkPrefix Of(IPAddress address, int v4, int v6)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        var isIPv4 = address.AddressFamily is AddressFamily.InterNetwork;
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        address.TryWriteBytes(bytes, out _);
        var length = isIPv4 ? v4 : v6;
        var bits = BinaryPrimitives.ReadUInt128BigEndian(bytes) >> (128 - length);
        // IPv4 and IPv6 prefixes of one length are different networks.
        return new NetworkPrefix(bits, (byte)(isIPv4 ? length + 128 : length));
    }
}
