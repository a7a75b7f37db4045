using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Hosting.Connections;

/// <summary>
/// The networks around a client's address, at the widths at which addresses are handed out: to a home, an organization, a provider.
/// </summary>
internal readonly record struct NetworkPrefix(UInt128 Bits, byte Length)
{
    /// <summary>How many widths there are; each may hold twice what the narrower one before it may.</summary>
    public const int Widths = 3;

    /// <param name="width">0 is IPv4 /32 or IPv6 /64, 1 is /24 or /48, 2 is /16 or /32.</param>
    public static NetworkPrefix Of(IPAddress address, int width)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        var isIPv4 = address.AddressFamily is AddressFamily.InterNetwork;
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        address.TryWriteBytes(bytes, out _);
        var length = isIPv4 ? 32 - 8 * width : 64 - 16 * width;
        var bits = BinaryPrimitives.ReadUInt128BigEndian(bytes) >> (128 - length);
        // IPv4 and IPv6 prefixes of one length are different networks.
        return new NetworkPrefix(bits, (byte)(isIPv4 ? length + 128 : length));
    }
}
