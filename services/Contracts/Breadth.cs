namespace Contracts;

/// <summary>
/// Whether a tool's votes come from enough networks for a ranking. Twenty votes from one address may be one person's, and would lead every
/// list that goes by votes alone.
/// </summary>
public static class Breadth
{
    /// <summary>However many votes there are, no more networks are asked for.</summary>
    public const int MostNetworks = 10;

    /// <summary>How many networks so many votes have to come from: half as many, up to <see cref="MostNetworks"/>.</summary>
    public static long Needed(long votes) => Math.Min((votes + 1) / 2, MostNetworks);

    /// <returns>Null when nobody counted the networks.</returns>
    public static bool? Of(ToolTotals totals) => totals.Networks is { } networks ? networks >= Needed(totals.Ship + totals.Skip) : null;
}
