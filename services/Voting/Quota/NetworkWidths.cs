namespace Voting.Quota;

/// <summary>
/// The widths at which networks are counted, the narrowest first. The wider a network, the less each address in it is worth: a /32 of IPv6
/// that a hosting company rents out has four billion /64s, and counts like twenty.
/// </summary>
/// <param name="Name">As moderators read it.</param>
/// <param name="Bytes">How much of an address it is.</param>
/// <param name="OfTool">Multiple of <see cref="QuotaSettings.PerTool"/>, a day.</param>
/// <param name="OfNewcomers">Multiple of <see cref="QuotaSettings.PerNetworkDaily"/>, a day; 0 for the narrowest, whose bound is the
/// hour's.</param>
internal readonly record struct NetworkWidth(string Name, int Bytes, int Mask, int OfTool, int OfNewcomers);

internal static class NetworkWidths
{
    /// <summary>/32, /24 and /20.</summary>
    public static readonly NetworkWidth[] V4 =
    [
        new("IPv4 /32", 4, 0xff, 1, 0),
        new("IPv4 /24", 3, 0xff, 1, 1),
        new("IPv4 /20", 3, 0xf0, 8, 4),
    ];

    /// <summary>/64, /56, /48, /40 and /32.</summary>
    public static readonly NetworkWidth[] V6 =
    [
        new("IPv6 /64", 8, 0xff, 1, 0),
        new("IPv6 /56", 7, 0xff, 1, 1),
        new("IPv6 /48", 6, 0xff, 1, 1),
        new("IPv6 /40", 5, 0xff, 8, 4),
        new("IPv6 /32", 4, 0xff, 20, 10),
    ];

    /// <summary>The place of the width at which voters count as neighbors: IPv4 /24, IPv6 /48.</summary>
    public static int NeighborhoodOf(ReadOnlySpan<byte> networks) => networks.Length == V4.Length * NetworkHash.Length ? 1 : 2;

    public static NetworkWidth[] Of(ReadOnlySpan<byte> networks) => networks.Length == V4.Length * NetworkHash.Length ? V4 : V6;
}
