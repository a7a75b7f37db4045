using Microsoft.AspNetCore.SignalR;

namespace Tally.Pushing.SignalR;

/// <summary>
/// Logs failures of the hub's methods that are the hub's own. SignalR logs refusals (<see cref="HubException"/>) as errors with a stack
/// trace too, so that anyone could fill the log with malformed slugs; its log of the same events is switched off instead.
/// </summary>
internal sealed partial class HubExceptionLog(ILogger<HubExceptionLog> logger) : IHubFilter
{
    public const string Replaced = "Microsoft.AspNetCore.SignalR.Internal.DefaultHubDispatcher";

    public async ValueTask<object?> InvokeMethodAsync(
        HubInvocationContext invocationContext,
        Func<HubInvocationContext, ValueTask<object?>> next
    )
    {
        try
        {
            return await next(invocationContext);
        }
        catch (Exception error) when (error is not HubException && !invocationContext.Context.ConnectionAborted.IsCancellationRequested)
        {
            LogFailed(error, invocationContext.HubMethodName);
            throw;
        }
    }

    [LoggerMessage(4050, LogLevel.Error, "The hub's {Method} failed")]
    private partial void LogFailed(Exception error, string method);
}
