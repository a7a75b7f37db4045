namespace Contracts;

/// <summary>
/// How a share becomes a percentage, everywhere alike: one decimal, and never rounded to all or nothing. 1,999 of 2,000 is 99.9; only 2,000
/// of 2,000 is 100.
/// </summary>
public static class Percent
{
    private const double Least = 0.1,
        Most = 99.9;

    /// <returns>From 0 to 100 with one decimal; null when there is nothing to take a share of.</returns>
    public static double? Of(long part, long whole) => whole == 0 ? null : Of((double)part / whole);

    /// <param name="share">From 0 to 1.</param>
    /// <returns>From 0 to 100 with one decimal.</returns>
    public static double Of(double share) =>
        share switch
        {
            <= 0 => 0,
            >= 1 => 100,
            _ => Math.Clamp(Math.Round(share * 100, 1, MidpointRounding.AwayFromZero), Least, Most),
        };
}
