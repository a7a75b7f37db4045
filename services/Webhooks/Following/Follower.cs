using Hosting;
using Hosting.Databases;
using Hosting.Observability;

namespace Webhooks.Following;

/// <summary>
/// Asks a service what it stands at, when a message says that something changed and now and then: messages are hints, so one that was lost,
/// doubled or late makes nothing wrong.
/// </summary>
internal abstract class Follower(
    Schema schema,
    string service,
    Signal? changed,
    IHostApplicationLifetime lifetime,
    TimeProvider timeProvider,
    ILogger logger
) : BackgroundWork(schema, logger)
{
    private static readonly TimeSpan NowAndThen = TimeSpan.FromSeconds(30),
        Soon = TimeSpan.FromSeconds(2);
    private readonly ILogger _logger = logger;
    private readonly Outage _outage = new(timeProvider);

    protected abstract Task FollowAsync(CancellationToken cancellationToken);

    protected override Task BeginAsync(CancellationToken cancellationToken) => lifetime.StartedAsync(cancellationToken);

    protected override Task RestAsync(CancellationToken cancellationToken) =>
        _outage.IsOn ? Task.Delay(Soon, timeProvider, cancellationToken)
        : changed is null ? Task.Delay(NowAndThen, timeProvider, cancellationToken)
        : changed.WaitAsync(NowAndThen, timeProvider, cancellationToken);

    protected override async Task TurnAsync(CancellationToken cancellationToken)
    {
        try
        {
            await FollowAsync(cancellationToken);
            if (_outage.Works())
                Log.ServiceBack(_logger, service);
        }
        catch (HttpRequestException unavailable)
        {
            if (_outage.Fails())
                Log.ServiceUnavailable(_logger, service, unavailable.Message);
        }
    }
}
