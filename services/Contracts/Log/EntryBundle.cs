using System.Buffers.Binary;

namespace Contracts.Log;

/// <summary>Up to 256 entries in one file, each after its length as big-endian uint16.</summary>
public static class EntryBundle
{
    private const int LengthBytes = 2;

    /// <exception cref="ArgumentException">The entry is longer than a uint16 says.</exception>
    public static void Append(List<byte> bundle, ReadOnlySpan<byte> entry)
    {
        if (entry.Length > ushort.MaxValue)
            throw new ArgumentException("An entry has at most 65,535 bytes.", nameof(entry));
        Span<byte> length = stackalloc byte[LengthBytes];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)entry.Length);
        bundle.AddRange(length);
        bundle.AddRange(entry);
    }

    /// <returns>The first <paramref name="count"/> entries; fewer when the bundle ends early.</returns>
    public static List<byte[]> Entries(ReadOnlySpan<byte> bundle, int count)
    {
        var entries = new List<byte[]>(count);
        while (entries.Count < count && TryRead(bundle, out var entry, out bundle))
            entries.Add(entry);
        return entries;
    }

    /// <returns>How many bytes the first <paramref name="count"/> entries take; null when there are fewer.</returns>
    public static int? LengthOf(ReadOnlySpan<byte> bundle, int count)
    {
        var length = 0;
        for (var read = 0; read < count; read++)
        {
            if (bundle.Length - length < LengthBytes)
                return null;
            length += LengthBytes + BinaryPrimitives.ReadUInt16BigEndian(bundle[length..]);
        }

        return length <= bundle.Length ? length : null;
    }

    /// <returns>The entry at a place from 0; null when there are fewer.</returns>
    public static byte[]? EntryAt(ReadOnlySpan<byte> bundle, int place) =>
        LengthOf(bundle, place) is { } start && LengthOf(bundle[start..], 1) is { } length
            ? bundle.Slice(start + LengthBytes, length - LengthBytes).ToArray()
            : null;

    private static bool TryRead(ReadOnlySpan<byte> bundle, out byte[] entry, out ReadOnlySpan<byte> rest)
    {
        entry = [];
        rest = bundle;
        if (bundle.Length < LengthBytes)
            return false;
        var end = LengthBytes + BinaryPrimitives.ReadUInt16BigEndian(bundle);
        if (bundle.Length < end)
            return false;
        entry = bundle[LengthBytes..end].ToArray();
        rest = bundle[end..];
        return true;
    }
}
