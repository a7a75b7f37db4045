using Hosting.Description;

namespace Tally.State;

/// <summary>How wide a step of the history is.</summary>
[SchemaName("HistoryBucket")]
public enum Bucket
{
    Minute,
    Hour,
    Day,
}

internal static class Buckets
{
    public static readonly Bucket[] All = [Bucket.Minute, Bucket.Hour, Bucket.Day];

    /// <summary>Seconds since 1970 at which the bucket holding that second ends. Days are UTC days.</summary>
    public static long EndOf(this Bucket bucket, long second)
    {
        var width = bucket.Width();
        return (second / width + 1) * width;
    }

    /// <summary>Points that end longer ago than this are dropped; null keeps them forever.</summary>
    public static TimeSpan? Kept(this Bucket bucket) =>
        bucket switch
        {
            Bucket.Minute => TimeSpan.FromHours(24),
            Bucket.Hour => TimeSpan.FromDays(60),
            Bucket.Day => null,
        };

    private static long Width(this Bucket bucket) =>
        bucket switch
        {
            Bucket.Minute => 60,
            Bucket.Hour => 3600,
            Bucket.Day => 86400,
        };
}
