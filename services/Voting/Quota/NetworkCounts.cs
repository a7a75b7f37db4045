using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Voting.Quota;

/// <summary>Which bound a first vote ran into, if any.</summary>
internal enum Bound : short
{
    None = 0,

    /// <summary>New voters from one address within the hour.</summary>
    Address = 1,

    /// <summary>New voters from a network that day.</summary>
    Network = 2,

    /// <summary>First votes on the tool from a network that day.</summary>
    Tool = 3,
}

/// <summary>
/// How many first votes came from each network today, on each tool and by newcomers. In this process, and the same on every replica: all of
/// them follow the ledger's rows (<see cref="CohortFollower"/>), so neither a restart nor another replica makes room. Not for several
/// threads at once.
/// </summary>
internal sealed class NetworkCounts(QuotaSettings settings)
{
    // 28 bytes each. Beyond so many the rest share a few counts: a flood from everywhere meets a bound, in bounded memory.
    private const int Most = 4_000_000;
    private const int Shared = 4096;

    private readonly Dictionary<ulong, int> _hour = [];
    private readonly Dictionary<ulong, int> _day = [];
    private (long Hour, long Day) _window = (-1, -1);

    /// <summary>Counts it if no bound is reached.</summary>
    /// <param name="tool">Null leaves the tool's bounds out.</param>
    /// <param name="isNetworkNew">Nobody from its neighborhood voted on the tool today.</param>
    public Bound TryAdd(string? tool, ReadOnlySpan<byte> networks, bool isNewcomer, DateTimeOffset now, out bool isNetworkNew)
    {
        Turn(now);
        isNetworkNew = tool is null || CountOf(tool, networks, NetworkWidths.NeighborhoodOf(networks)) == 0;
        var bound = BoundOf(tool, networks, isNewcomer);
        if (bound is Bound.None)
            Add(tool, networks, isNewcomer, 1, inHour: true);
        return bound;
    }

    /// <summary>Counts what the ledger has, whatever the bounds.</summary>
    /// <param name="by">-1 takes back what was counted and did not come to be.</param>
    public void Add(string? tool, ReadOnlySpan<byte> networks, bool isNewcomer, DateTimeOffset at, int by = 1)
    {
        var window = QuotaWindows.Of(at);
        if (window.Day > _window.Day)
            Turn(at);
        if (window.Day == _window.Day)
            Add(tool, networks, isNewcomer, by, window.Hour == _window.Hour);
    }

    private Bound BoundOf(string? tool, ReadOnlySpan<byte> networks, bool isNewcomer)
    {
        var widths = NetworkWidths.Of(networks);
        for (var place = 0; place < widths.Length; place++)
        {
            if (tool is not null && CountOf(tool, networks, place) >= widths[place].OfTool * (long)settings.PerTool)
                return Bound.Tool;
            if (!isNewcomer)
                continue;
            if (place == 0 && _hour.GetValueOrDefault(KeyOf("", networks, 0)) >= settings.PerAddressHourly)
                return Bound.Address;
            if (place > 0 && CountOf("", networks, place) >= widths[place].OfNewcomers * (long)settings.PerNetworkDaily)
                return Bound.Network;
        }

        return Bound.None;
    }

    private int CountOf(string tool, ReadOnlySpan<byte> networks, int place) => _day.GetValueOrDefault(KeyOf(tool, networks, place));

    private void Add(string? tool, ReadOnlySpan<byte> networks, bool isNewcomer, int by, bool inHour)
    {
        for (var place = 0; place < NetworkWidths.Of(networks).Length; place++)
        {
            if (tool is not null)
                Add(_day, KeyOf(tool, networks, place), by);
            if (isNewcomer && place > 0)
                Add(_day, KeyOf("", networks, place), by);
        }

        if (isNewcomer && inHour)
            Add(_hour, KeyOf("", networks, 0), by);
    }

    private static void Add(Dictionary<ulong, int> window, ulong key, int by)
    {
        if (window.Count >= Most && !window.ContainsKey(key))
            key &= Shared - 1;
        ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(window, key, out _);
        count = Math.Max(0, count + by);
    }

    private void Turn(DateTimeOffset now)
    {
        var window = QuotaWindows.Of(now);
        if (window.Day != _window.Day)
            _day.Clear();
        if (window != _window)
            _hour.Clear();
        _window = window;
    }

    private static ulong KeyOf(string tool, ReadOnlySpan<byte> networks, int place) =>
        unchecked((ulong)tool.GetHashCode(StringComparison.Ordinal) * 0x9E3779B97F4A7C15)
        ^ BinaryPrimitives.ReadUInt64LittleEndian(NetworkHash.At(networks, place));
}
