using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Voting.Quota;

/// <summary>
/// Where a request came from, as much as the quota needs and no more: two keyed hashes, of the address (IPv6: its /64, which is one
/// household) and of the network around it (/24, /48). Without the day's salt, which is destroyed, they lead back to nobody.
/// </summary>
internal readonly record struct ClientNetwork(string Address, string Network)
{
    private const int HashLength = 12;

    /// <param name="salt">32 random bytes of the day.</param>
    /// <param name="address">The client's, as settled by the forwarded headers of known proxies; null (no network at all) counts as
    /// loopback.</param>
    public static ClientNetwork Of(ReadOnlySpan<byte> salt, IPAddress? address)
    {
        address ??= IPAddress.Loopback;
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        var (household, neighbourhood) = address.AddressFamily is AddressFamily.InterNetwork ? (4, 3) : (8, 6);
        return new ClientNetwork(Hash(salt, bytes[..household]), Hash(salt, bytes[..neighbourhood]));
    }

    /// <summary>The voter as the quota remembers it for a day: no pseudonym of the ledger, and worthless without the salt.</summary>
    public static string VoterOf(ReadOnlySpan<byte> salt, Guid voter)
    {
        Span<byte> bytes = stackalloc byte[16];
        voter.TryWriteBytes(bytes);
        return Hash(salt, bytes);
    }

    private static string Hash(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[32];
        HMACSHA256.HashData(salt, bytes, hash);
        return Convert.ToHexStringLower(hash[..HashLength]);
    }
}
