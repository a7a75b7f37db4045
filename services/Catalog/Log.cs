namespace Catalog;

internal static partial class Log
{
    [LoggerMessage(2001, LogLevel.Information, "The empty catalog was filled with the sample content")]
    public static partial void SampleLoaded(ILogger logger);

    [LoggerMessage(2002, LogLevel.Warning, "The catalog could not be prepared; trying again: {Problem}")]
    public static partial void StartPostponed(ILogger logger, string problem);

    [LoggerMessage(2004, LogLevel.Information, "An editor changed {Kind} {Slug}")]
    public static partial void Edited(ILogger logger, string kind, string slug);

    [LoggerMessage(2005, LogLevel.Debug, "Published {Tools} tools and {Comparisons} comparisons")]
    public static partial void Published(ILogger logger, int tools, int comparisons);

    [LoggerMessage(
        2008,
        LogLevel.Warning,
        "Moved the tool {From} to {To}: a slug that ends in -vs makes comparisons ambiguous. Its page redirects; its earlier votes "
            + "stay in the ledger"
    )]
    public static partial void Moved(ILogger logger, string from, string to);

    [LoggerMessage(2006, LogLevel.Warning, "Changes could not be published, trying again in {Seconds} s: {Problem}")]
    public static partial void PublishPostponed(ILogger logger, double seconds, string problem);
}
