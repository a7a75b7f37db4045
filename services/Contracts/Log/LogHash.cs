using System.Security.Cryptography;

namespace Contracts.Log;

/// <summary>SHA-256 as RFC 6962 uses it: leaves and nodes are told apart by their first byte, so neither can pass for the other.</summary>
public static class LogHash
{
    /// <summary>Bytes of a hash.</summary>
    public const int Length = SHA256.HashSizeInBytes;

    private const int StackLimit = 512;

    /// <returns>The root of a tree without leaves.</returns>
    public static byte[] Empty() => SHA256.HashData([]);

    public static byte[] OfLeaf(ReadOnlySpan<byte> entry)
    {
        Span<byte> bytes = entry.Length < StackLimit ? stackalloc byte[1 + entry.Length] : new byte[1 + entry.Length];
        bytes[0] = 0;
        entry.CopyTo(bytes[1..]);
        return SHA256.HashData(bytes);
    }

    public static byte[] OfNode(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        Span<byte> bytes = stackalloc byte[1 + 2 * Length];
        bytes[0] = 1;
        left.CopyTo(bytes[1..]);
        right.CopyTo(bytes[(1 + Length)..]);
        return SHA256.HashData(bytes);
    }

    /// <returns>The root over subtrees that stand side by side, all of one size but the last, which may be smaller.</returns>
    public static byte[] OfRow(ReadOnlySpan<byte[]> subtrees)
    {
        if (subtrees.Length == 1)
            return subtrees[0];
        var left = (int)LargestPowerOfTwoBelow(subtrees.Length);
        return OfNode(OfRow(subtrees[..left]), OfRow(subtrees[left..]));
    }

    internal static long LargestPowerOfTwoBelow(long count) => 1L << (63 - (int)long.LeadingZeroCount(count - 1));
}
