namespace Webhooks;

/// <summary>Every line this service logs. None takes a secret, or an endpoint's address: its path is often a password.</summary>
internal static partial class Log
{
    [LoggerMessage(7001, LogLevel.Error, "{Work} failed with {Error} and continues: {Problem}")]
    public static partial void TurnFailed(ILogger logger, string work, string error, string problem);

    [LoggerMessage(7002, LogLevel.Warning, "The webhooks' database did not answer: {Problem}")]
    public static partial void DatabaseUnavailable(ILogger logger, string problem);

    [LoggerMessage(7003, LogLevel.Warning, "{Service} is unavailable ({Problem}); what it changes is told once it answers")]
    public static partial void ServiceUnavailable(ILogger logger, string service, string problem);

    [LoggerMessage(7004, LogLevel.Information, "{Service} answers again")]
    public static partial void ServiceBack(ILogger logger, string service);

    [LoggerMessage(7005, LogLevel.Information, "Queued {Count} deliveries")]
    public static partial void Queued(ILogger logger, int count);

    [LoggerMessage(7006, LogLevel.Information, "Attempt {Attempt} of delivery {Delivery} to endpoint {Endpoint} failed: {Problem}")]
    public static partial void AttemptFailed(ILogger logger, long attempt, string delivery, string endpoint, string problem);

    [LoggerMessage(7007, LogLevel.Warning, "Disabled endpoint {Endpoint}: {Reason}")]
    public static partial void Disabled(ILogger logger, string endpoint, string reason);

    [LoggerMessage(7008, LogLevel.Information, "Endpoint {Endpoint} was {What} by an editor")]
    public static partial void EndpointChanged(ILogger logger, string endpoint, string what);

    [LoggerMessage(7009, LogLevel.Error, "The keys of endpoint {Endpoint} can't be opened with Webhooks:SecretKeys; nothing is sent to it")]
    public static partial void KeysUnreadable(ILogger logger, string endpoint);
}
