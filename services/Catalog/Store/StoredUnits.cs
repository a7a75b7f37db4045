using System.Globalization;

namespace Catalog.Store;

/// <summary>How times and amounts are kept: see the first lines of the schema.</summary>
internal static class StoredUnits
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
    private const long AmountScale = 1_000_000;

    public static string Text(DateTime utc) => utc.ToString(TimeFormat, CultureInfo.InvariantCulture);

    public static DateTime Time(string text) =>
        DateTime.ParseExact(
            text,
            TimeFormat,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal
        );

    public static long Millionths(decimal amount) => (long)(amount * AmountScale);

    public static decimal Amount(long millionths) => (decimal)millionths / AmountScale;

    public static string? Text(Period? period) => period?.ToString().ToLowerInvariant();

    public static Period? Period(string? text) => text is null ? null : Enum.Parse<Period>(text, ignoreCase: true);

    public static string Text(Verdict verdict) => verdict.ToString().ToLowerInvariant();

    public static Verdict Verdict(string text) => Enum.Parse<Verdict>(text, ignoreCase: true);
}
