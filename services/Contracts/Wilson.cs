namespace Contracts;

/// <summary>
/// Wilson's score interval at 95% for a share of votes, everywhere alike. The plain share would rank one vote of one above ninety-nine of a
/// hundred; the interval's lower bound asks for evidence first.
/// </summary>
public static class Wilson
{
    private const double Z = 1.959964;

    /// <summary>The lower bound: what rankings sort by.</summary>
    public static double Low(long ship, long total) => total == 0 ? 0 : Bounds(ship, total).Low;

    /// <param name="ship">From 0 to <paramref name="total"/>.</param>
    /// <param name="total">Above 0.</param>
    /// <returns>The bounds as shares, unrounded.</returns>
    public static (double Low, double High) Bounds(long ship, long total)
    {
        double n = total,
            share = ship / n,
            square = Z * Z;
        var centre = share + square / (2 * n);
        var margin = Z * Math.Sqrt((share * (1 - share) + square / (4 * n)) / n);
        var whole = 1 + square / n;
        // Exact where the formula is, and the arithmetic is not: no ship is possible after none, all after all.
        return (ship == 0 ? 0 : Math.Max(0, (centre - margin) / whole), ship == total ? 1 : Math.Min(1, (centre + margin) / whole));
    }
}
