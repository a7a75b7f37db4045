namespace Newsletter;

/// <summary>Every line this service logs. None takes an address or a token.</summary>
internal static partial class Log
{
    [LoggerMessage(5001, LogLevel.Error, "{Work} failed with {Error} and continues: {Problem}")]
    public static partial void TurnFailed(ILogger logger, string work, string error, string problem);

    [LoggerMessage(5002, LogLevel.Information, "Deleted {Count} subscriptions that were never confirmed")]
    public static partial void Purged(ILogger logger, int count);

    [LoggerMessage(5003, LogLevel.Warning, "Mail can't be delivered now ({Error}), trying again later: {Problem}")]
    public static partial void DeliveryDown(ILogger logger, string error, string problem);

    [LoggerMessage(5004, LogLevel.Warning, "Mail {Mail} was refused with {Code}")]
    public static partial void Refused(ILogger logger, string mail, int code);

    [LoggerMessage(5005, LogLevel.Warning, "Mail {Mail} may or may not have been taken ({Error})")]
    public static partial void Undecided(ILogger logger, string mail, string error);

    [LoggerMessage(5006, LogLevel.Information, "Issue {Week} has nothing new and is not sent")]
    public static partial void NothingNew(ILogger logger, string week);

    [LoggerMessage(5007, LogLevel.Information, "Published issue {Week}; mails to send: {Mails}")]
    public static partial void Published(ILogger logger, string week, int mails);

    [LoggerMessage(EventId = 5009, Message = "Issue {Week} waits until Catalog and Tally answer: {Problem}")]
    public static partial void Waits(ILogger logger, LogLevel level, string week, string problem);

    [LoggerMessage(5010, LogLevel.Information, "Started the newsletter; its first issue is sent once there is news")]
    public static partial void Begins(ILogger logger);
}
